"""Codes of a second factor: RFC 6238 as authenticator apps make them (HMAC-SHA1, 30 s, six digits)."""

import hashlib
import hmac
from datetime import datetime

STEP_S = 30
DIGITS = 6
_DRIFT_STEPS = 1
"""A code of the step before or after counts too: clocks differ, and people type slowly (RFC 6238, 5.2)."""


def code_at(secret: bytes, step: int) -> str:
    """The code of one time step; `step` counts 30 s since 1970."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: bytes, code: str, at: datetime) -> int | None:
    """The time step that `code` belongs to; None for a wrong or outdated one. The newest step wins."""
    given = "".join(code.split()).encode()
    now = int(at.timestamp()) // STEP_S
    for step in range(now + _DRIFT_STEPS, now - _DRIFT_STEPS - 1, -1):
        if hmac.compare_digest(code_at(secret, step).encode(), given):
            return step
    return None
