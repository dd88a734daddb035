"""Codes that stand in for a lost second factor: ten at a time, each counts once, only their hashes are kept."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.ids import new_id
from docflow.features.users.models import AccountToken

KIND = "recovery_code"
HOW_MANY = 10
_RANDOM_BYTES = 10
"""80 bits: more than anybody tries against one round of SHA-256."""
_LIFE = timedelta(days=3650)
_FORM = re.compile(r"[a-z2-7]{16}")


def new_codes(random: Callable[[int], bytes]) -> list[str]:
    """In groups of four, as they are shown once."""
    return [_grouped(base64.b32encode(random(_RANDOM_BYTES)).decode().lower()) for _ in range(HOW_MANY)]


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def hash_code(user_id: UUID, code: str) -> bytes | None:
    """As it is kept, bound to its owner; None for what is no such code. Spaces, dashes and capitals are forgiven."""
    plain = re.sub(r"[\s-]", "", code).lower()
    if not _FORM.fullmatch(plain):
        return None
    return hashlib.sha256(b"docflow recovery code" + user_id.bytes + plain.encode()).digest()


class RecoveryCodes:
    """Of one client's people; of platform administrators when `client_id` is None. `session` is bound likewise."""

    def __init__(self, session: AsyncSession, client_id: UUID | None) -> None:
        self._session = session
        self._client_id = client_id
        self._own = (AccountToken.client_id.is_not_distinct_from(client_id), AccountToken.kind == KIND)

    async def replace(self, user_id: UUID, email: str, codes: list[str], at: datetime) -> None:
        await self.remove(user_id)
        self._session.add_all(
            AccountToken(
                token_id=new_id(),
                client_id=self._client_id,
                user_id=user_id,
                kind=KIND,
                email=email,
                token_hash=hash_code(user_id, code),
                created_by=user_id,
                expires_at=at + _LIFE,
            )
            for code in codes
        )
        await self._session.flush()

    async def remove(self, user_id: UUID) -> None:
        await self._session.execute(delete(AccountToken).where(*self._own, AccountToken.user_id == user_id))

    async def use(self, user_id: UUID, code: str, at: datetime) -> bool:
        """True for the first use of a code that is this person's. Of two uses at once one wins."""
        token_hash = hash_code(user_id, code)
        if token_hash is None:
            return False
        used = await self._session.execute(
            update(AccountToken)
            .where(
                *self._own,
                AccountToken.user_id == user_id,
                AccountToken.token_hash == token_hash,
                AccountToken.used_at.is_(None),
                AccountToken.expires_at > at,
            )
            .values(used_at=at)
            .returning(AccountToken.token_id)
        )
        return used.first() is not None

    async def left(self, user_id: UUID) -> int:
        """How many were not used yet."""
        found = await self._session.scalar(
            select(func.count()).where(
                *self._own, AccountToken.user_id == user_id, AccountToken.used_at.is_(None)
            )
        )
        return found or 0
