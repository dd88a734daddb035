"""SQL of people, their sessions and their sign-in attempts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.stages import Role
from docflow.features.users.models import LoginAttempt, RefreshSession, User


@dataclass(frozen=True, slots=True)
class Login:
    """What signing in needs to know of an account, found before the client is known."""

    user_id: UUID
    client_id: UUID | None
    password_hash: str | None
    role: Role
    status: str
    client_status: str | None
    totp_secret: bytes | None
    """Sealed; None = no second factor."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a signed-in person stands at this moment. A platform admin has no client."""

    client_id: UUID | None
    role: Role
    user_status: str
    client_status: str | None
    is_open: bool
    """False once the session was ended."""

    @property
    def is_active(self) -> bool:
        return self.user_status == "active" and self.client_status in (None, "active")


async def find_login(session: AsyncSession, email: str) -> Login | None:
    """The account of an address, over all clients, through the function made for it."""
    row = (
        (await session.execute(text("SELECT * FROM find_login(:email)"), {"email": email.strip().lower()}))
        .mappings()
        .first()
    )
    if row is None:
        return None
    return Login(
        user_id=row["user_id"],
        client_id=row["client_id"],
        password_hash=row["password_hash"],
        role=Role(row["role"]),
        status=row["status"],
        client_status=row["client_status"],
        totp_secret=bytes(row["totp_secret"]) if row["totp_secret"] is not None else None,
    )


_FIND_STANDING = text("SELECT * FROM find_standing(:user_id, :family_id)")


async def find_standing(session: AsyncSession, user_id: UUID, family_id: UUID) -> Standing | None:
    """Of a person in one session, over all clients, through the function made for it; None when there is none."""
    rows = await session.execute(_FIND_STANDING, {"user_id": user_id, "family_id": family_id})
    return _standing(rows.one_or_none())


async def standing_now(database: Database, user_id: UUID, family_id: UUID) -> Standing | None:
    """The same by itself, in one round trip: every request with a token asks."""
    rows = await database.single(_FIND_STANDING, {"user_id": user_id, "family_id": family_id})
    return _standing(rows[0] if rows else None)


def _standing(row: Row[Any] | None) -> Standing | None:
    if row is None:
        return None
    return Standing(row.client_id, Role(row.role), row.user_status, row.client_status, row.is_open)


async def use_totp_step(session: AsyncSession, user_id: UUID, step: int) -> bool:
    """False when this step or a later one was used before."""
    return bool(
        await session.scalar(
            text("SELECT use_totp_step(:user_id, :step)"), {"user_id": user_id, "step": step}
        )
    )


class UserRepository:
    """The people of one client."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def get(self, user_id: UUID) -> User | None:
        found: User | None = await self._session.scalar(
            select(User).where(User.client_id == self._client_id, User.user_id == user_id)
        )
        return found

    async def signed_in(self, user_id: UUID, at: datetime, new_hash: str | None) -> None:
        changes: dict[str, object] = {"last_login_at": at}
        if new_hash is not None:
            changes["password_hash"] = new_hash
        await self._session.execute(
            update(User).where(User.client_id == self._client_id, User.user_id == user_id).values(changes)
        )


class SessionRepository:
    """The refresh sessions of one client's people; of platform admins when `client_id` is None."""

    def __init__(self, session: AsyncSession, client_id: UUID | None) -> None:
        self._session = session
        self._own = RefreshSession.client_id.is_not_distinct_from(client_id)

    def add(self, row: RefreshSession) -> None:
        self._session.add(row)

    async def by_hash(self, token_hash: bytes) -> RefreshSession | None:
        """Locked, so that two uses of one token come one after the other."""
        found: RefreshSession | None = await self._session.scalar(
            select(RefreshSession).where(self._own, RefreshSession.token_hash == token_hash).with_for_update()
        )
        return found

    async def by_id(self, session_id: UUID) -> RefreshSession | None:
        found: RefreshSession | None = await self._session.scalar(
            select(RefreshSession).where(self._own, RefreshSession.session_id == session_id)
        )
        return found

    async def end_family(self, family_id: UUID, at: datetime) -> None:
        await self._session.execute(
            update(RefreshSession)
            .where(
                self._own,
                RefreshSession.family_id == family_id,
                RefreshSession.revoked_at.is_(None),
            )
            .values(revoked_at=at)
        )


async def record_attempt(session: AsyncSession, *, account: bytes, address: str, succeeded: bool) -> None:
    session.add(LoginAttempt(account=account, address=address, succeeded=succeeded))
    await session.flush()


async def failures_since(session: AsyncSession, *, account: bytes, address: str, since_s: float) -> int:
    """Failed attempts in the last `since_s` seconds: the larger of the account's and the address's count."""
    recent = LoginAttempt.created_at > func.now() - timedelta(seconds=since_s)
    counted = select(
        func.count().filter(LoginAttempt.account == account),
        func.count().filter(LoginAttempt.address == address),
    ).where(
        recent, ~LoginAttempt.succeeded, (LoginAttempt.account == account) | (LoginAttempt.address == address)
    )
    row = (await session.execute(counted)).one()
    return max(row[0], row[1])
