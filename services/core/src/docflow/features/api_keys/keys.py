"""The form of an API key: `dfk_<env>_<prefix>_<secret>`; `prefix` finds the row, `secret` proves it."""

import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass

PREFIX_CHARS = 12
_ALPHABET = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class ParsedKey:
    env: str
    prefix: str
    secret: str


def new_key(env: str) -> ParsedKey:
    """`env` is a short word such as `live` or `dev`; the secret has 256 bits."""
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(PREFIX_CHARS))
    return ParsedKey(env, prefix, secrets.token_hex(32))


def write_key(key: ParsedKey) -> str:
    return f"dfk_{key.env}_{key.prefix}_{key.secret}"


def parse_key(text: str) -> ParsedKey | None:
    """None when `text` is no key at all."""
    parts = text.split("_", 3)
    if len(text) > 200 or len(parts) != 4 or parts[0] != "dfk" or not all(parts):
        return None
    return ParsedKey(*parts[1:])


def hash_secret(secret: str) -> bytes:
    """One round of SHA-256 is enough for a random secret of 256 bits; it cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()


def proves(secret: str, stored_hash: bytes) -> bool:
    return hmac.compare_digest(hash_secret(secret), stored_hash)
