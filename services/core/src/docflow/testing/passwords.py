"""Password hashes that cost nothing, for tests that are about something else. Nobody outside tests may use them."""

import hashlib

from docflow.features.users.passwords import Passwords, compare
from docflow.features.users.policy import normalised

_QUICK = "quick$"


def quick_hash(password: str) -> str:
    return _QUICK + hashlib.sha256(normalised(password).encode()).hexdigest()


def quick_passwords() -> Passwords:
    """Makes quick hashes and knows them; any other is compared as the program does."""
    return Passwords(compare=_compare, make=quick_hash)


def _compare(password: str, stored: str) -> tuple[bool, str | None]:
    if stored.startswith(_QUICK):
        return quick_hash(password) == stored, None
    return compare(password, stored)
