"""Ids are UUID version 7 (RFC 9562): they sort by the time they were made."""

import hashlib
import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh id; two ids made in different milliseconds sort in the order they were made."""
    unix_ms = time.time_ns() // 1_000_000
    drawn = secrets.randbits(74)
    value = (unix_ms & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | (drawn >> 62) << 64 | 0b10 << 62 | (drawn & ((1 << 62) - 1))
    return UUID(int=value)


def id_within(parent: UUID, part: str) -> UUID:
    """The id of a part of something, the same whenever it is asked for; it sorts with its parent's moment."""
    moment = parent.int >> 80
    drawn = int.from_bytes(hashlib.sha256(parent.bytes + part.encode()).digest()[:10])
    value = moment << 80 | (drawn & ((1 << 80) - 1))
    value = value & ~(0xF << 76) & ~(0b11 << 62) | 0x7 << 76 | 0b10 << 62
    return UUID(int=value)
