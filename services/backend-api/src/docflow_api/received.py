"""Files as they arrive, checked before anything is stored."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Protocol

from docflow.domain.errors import PayloadTooLarge, Problem, UserError
from docflow.domain.file_types import TAIL_BYTES, sniff
from docflow.features.submissions.door import SentFile, check_file_name
from docflow.runtime.settings import LimitSettings

_PART_BYTES = 1024 * 1024


class Source(Protocol):
    """A file's bytes: in memory, or spooled to disk."""

    async def read(self, size: int = -1) -> bytes: ...

    async def seek(self, offset: int) -> None: ...


class Memory:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    async def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size < 0 else self._at + size
        part = self._data[self._at : end]
        self._at += len(part)
        return part

    async def seek(self, offset: int) -> None:
        self._at = offset


@dataclass(frozen=True, slots=True)
class Received:
    """`declared` is the type that somebody said it has; empty = nobody did."""

    name: str
    declared: str
    size_bytes: int
    source: Source


async def sent_file(one: Received, pointer: str, limits: LimitSettings) -> SentFile:
    """Raises PayloadTooLarge and the codes of a file that is refused at the door, pointing at `pointer`."""
    check_file_name(one.name, pointer)
    if one.size_bytes > limits.file_bytes:
        raise file_too_large(limits, pointer)
    source = one.source

    async def read() -> bytes:
        await source.seek(0)
        return await source.read()

    ends, sha256 = await _looked_through(source)
    mime_type = sniff(ends, one.name, one.declared)
    return SentFile(one.name, one.size_bytes, sha256, mime_type, read)


async def _looked_through(source: Source) -> tuple[bytes, str]:
    """Beginning and end, by which a file's type is told, and the SHA-256; one part of it is in memory at a time."""
    await source.seek(0)
    digest, head, tail = hashlib.sha256(), b"", b""
    while part := await source.read(_PART_BYTES):
        # hashlib lets go of the interpreter lock for large data, so the event loop goes on meanwhile.
        await asyncio.to_thread(digest.update, part)
        if not head:
            head = part
        else:
            tail = (tail + part)[-TAIL_BYTES:]
    return head + tail, digest.hexdigest()


def check_count(number: int, limits: LimitSettings) -> None:
    if number == 0:
        raise bad("/files", "at least one file")
    if number > limits.files_per_process:
        raise PayloadTooLarge(f"a process takes at most {limits.files_per_process} files")


def file_too_large(limits: LimitSettings, pointer: str) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"a file is larger than the limit of {limits.file_bytes} bytes",
        code="file_too_large",
        problems=[Problem(pointer, "too large")],
    )


def bad(pointer: str, message: str) -> UserError:
    return UserError(f"{pointer[1:]}: {message}", problems=[Problem(pointer, message)])
