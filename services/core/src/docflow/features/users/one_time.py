"""Tokens that work once: invitations, confirmed addresses, forgotten passwords. Only their hashes are kept."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import UserError
from docflow.domain.ids import new_id
from docflow.domain.notifying import Language
from docflow.features.users.client_tokens import client_named, hash_of, written
from docflow.features.users.models import AccountToken

_KIND = "dft"


class TokenKind(StrEnum):
    INVITATION = "invitation"
    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of token


LIFETIMES = {
    TokenKind.INVITATION: timedelta(days=7),
    TokenKind.VERIFICATION: timedelta(days=3),
    TokenKind.PASSWORD_RESET: timedelta(minutes=30),
}


class TokenInvalid(UserError):
    """The same for a token that is unknown, used, expired or meant for something else."""

    default_code = "token_invalid"

    def __init__(self) -> None:
        super().__init__("this link is not valid any more; ask for a new one")


def client_of(token: str) -> UUID | None:
    """Raises TokenInvalid for what was never a token of ours."""
    try:
        return client_named(_KIND, token)
    except ValueError:
        raise TokenInvalid from None


class OneTimeTokens:
    """The tokens of one client; of platform administrators when `client_id` is None."""

    def __init__(self, session: AsyncSession, client_id: UUID | None) -> None:
        self._session = session
        self._client_id = client_id
        self._own = AccountToken.client_id.is_not_distinct_from(client_id)

    async def issue(
        self,
        kind: TokenKind,
        email: str,
        *,
        at: datetime,
        user_id: UUID | None = None,
        role: str | None = None,
        created_by: UUID | None = None,
        language: Language | None = None,
    ) -> tuple[AccountToken, str]:
        """The row and the token, which is kept nowhere. Unused ones of this kind and address end."""
        await self.end_unused(kind, email)
        token = written(_KIND, self._client_id, secrets.token_hex(32))
        row = AccountToken(
            token_id=new_id(),
            client_id=self._client_id,
            user_id=user_id,
            kind=kind.value,
            email=email,
            role=role,
            token_hash=hash_of(token),
            created_by=created_by,
            language=language.value if language else None,
            created_at=at,
            expires_at=at + LIFETIMES[kind],
        )
        self._session.add(row)
        await self._session.flush()
        return row, token

    async def end_unused(self, kind: TokenKind, email: str) -> None:
        await self._session.execute(
            delete(AccountToken).where(
                self._own,
                AccountToken.kind == kind.value,
                AccountToken.email == email,
                AccountToken.used_at.is_(None),
            )
        )

    async def find(self, kind: TokenKind, token: str, *, at: datetime) -> AccountToken:
        """The row of a token that may be used. Locked until the transaction ends: of two uses at once the second
        finds it used. Raises TokenInvalid."""
        row: AccountToken | None = await self._session.scalar(
            select(AccountToken)
            .where(self._own, AccountToken.token_hash == hash_of(token), AccountToken.kind == kind.value)
            .with_for_update()
        )
        if row is None or row.used_at is not None or row.expires_at <= at:
            raise TokenInvalid
        return row
