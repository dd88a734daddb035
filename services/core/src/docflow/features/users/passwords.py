"""Passwords are kept as argon2id; old bcrypt hashes still verify and are replaced at the next sign-in."""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from docflow.features.users.policy import normalised

if TYPE_CHECKING:
    from passlib.context import CryptContext

MAX_BYTES = 1024
"""Longer input is refused unhashed: hashing megabytes would be a way to keep a processor busy."""

# Verified when an address is unknown, so that the answer takes as long as for a known one. Nobody's password.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$ZG9jZmxvdy1ub2JvZHktMQ$Tj0RJ9DG0HQW3ZkTz1pEmmQ1cVqjO2FLO8b7T3dZzZI"


@cache
def _context() -> "CryptContext":
    from passlib.context import CryptContext

    return CryptContext(
        schemes=["argon2", "bcrypt"],
        deprecated=["bcrypt"],
        argon2__type="ID",
        argon2__memory_cost=65_536,
        argon2__time_cost=3,
        argon2__parallelism=4,
    )


def hash_password(password: str) -> str:
    """The PHC string of a password: argon2id, 64 MiB, about 0.3 s of work."""
    hashed: str = _context().hash(normalised(password))
    return hashed


def compare(password: str, stored: str) -> tuple[bool, str | None]:
    """Whether it matches, and a new hash when `stored` is of an older kind."""
    matches, replacement = _context().verify_and_update(normalised(password), stored)
    return matches, replacement


class Passwords:
    """Hashes and verifies off the event loop, `concurrency` at a time: each takes 64 MiB while it runs."""

    def __init__(
        self,
        concurrency: int = 2,
        *,
        compare: Callable[[str, str], tuple[bool, str | None]] = compare,
        make: Callable[[str], str] = hash_password,
    ) -> None:
        self._turns = asyncio.Semaphore(concurrency)
        self._compare = compare
        self._make = make

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._make, password)

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether it matches, and a new hash when the stored one is of an older kind.

        Takes its time for an unknown account too (`stored` None), and answers False.
        """
        if len(password.encode()) > MAX_BYTES:
            return False, None
        async with self._turns:
            try:
                matches, replacement = await asyncio.to_thread(self._compare, password, stored or _NOBODY)
            except ValueError:
                # Unknown form of hash, or a password that bcrypt cannot take (over 72 bytes, NUL).
                return False, None
        return (matches, replacement) if stored else (False, None)
