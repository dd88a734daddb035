"""Codes of a second factor: RFC 6238 as authenticator apps make them (HMAC-SHA1, 30 s, six digits)."""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SECRET_BYTES = 20
"""As many as the hash gives (RFC 4226, section 4)."""
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


def written(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def otpauth_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """What a QR code for an authenticator app holds."""
    label = quote(f"{issuer}:{account}", safe="@:")
    query = {
        "secret": written(secret),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_S,
    }
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
