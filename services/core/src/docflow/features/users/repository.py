"""SQL of people, their sessions and their sign-in attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from docflow.domain.stages import Role
from docflow.features.users.models import LoginAttempt, RefreshSession, User

MOST_SHOWN = 100
"""Sessions in a person's list; the oldest beyond stay open and end with "all others"."""


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
class Holder(Login):
    """Somebody who is signed in and changes the second factor."""

    email: str
    totp_pending: bytes | None
    """Sealed; a secret that no code has confirmed yet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a signed-in person stands at this moment. A platform admin has no client."""

    client_id: UUID | None
    role: Role
    user_status: str
    client_status: str | None
    is_open: bool
    """False once any token of the session was ended: one that was made meanwhile does not keep it open."""

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


async def find_standing(session: AsyncSession, user_id: UUID, family_id: UUID) -> Standing | None:
    """Of a person in one session, over all clients, through the function made for it; None when there is none."""
    rows = await session.execute(
        text("SELECT * FROM find_standing(:user_id, :family_id)"),
        {"user_id": user_id, "family_id": family_id},
    )
    row = rows.one_or_none()
    if row is None:
        return None
    return Standing(row.client_id, Role(row.role), row.user_status, row.client_status, row.is_open)


async def find_holder(session: AsyncSession, user_id: UUID) -> Holder | None:
    """Of the client that `session` is bound to, or a platform administrator where it is bound to none."""
    rows = await session.execute(
        text("SELECT * FROM find_second_factor(:user_id)"),
        {"user_id": user_id},
    )
    row = rows.one_or_none()
    if row is None:
        return None
    return Holder(
        user_id=row.user_id,
        client_id=row.client_id,
        password_hash=row.password_hash,
        role=Role(row.role),
        status=row.status,
        client_status=None,
        totp_secret=_bytes(row.totp_secret),
        email=row.email,
        totp_pending=_bytes(row.totp_pending),
    )


def _bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)


async def set_second_factor(
    session: AsyncSession, user_id: UUID, secret: bytes | None, pending: bytes | None
) -> None:
    """Both are sealed; None takes one away. `session` is bound as for `find_holder`."""
    await session.execute(
        text("SELECT set_second_factor(:user_id, CAST(:secret AS bytea), CAST(:pending AS bytea))"),
        {"user_id": user_id, "secret": secret, "pending": pending},
    )


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

    async def open_of(self, user_id: UUID, at: datetime) -> Sequence[RefreshSession]:
        """The one unused token of each open family, the newest first."""
        ended = aliased(RefreshSession)
        rows = await self._session.scalars(
            select(RefreshSession)
            .where(
                self._own,
                RefreshSession.user_id == user_id,
                RefreshSession.used_at.is_(None),
                RefreshSession.revoked_at.is_(None),
                RefreshSession.expires_at > at,
                ~exists().where(ended.family_id == RefreshSession.family_id, ended.revoked_at.is_not(None)),
            )
            .order_by(RefreshSession.created_at.desc(), RefreshSession.session_id.desc())
            .limit(MOST_SHOWN)
        )
        return rows.all()

    async def end_one(self, user_id: UUID, family_id: UUID, at: datetime) -> bool:
        """False when this person has no open family of that id."""
        ended = await self._session.execute(
            update(RefreshSession)
            .where(
                self._own,
                RefreshSession.user_id == user_id,
                RefreshSession.family_id == family_id,
                RefreshSession.revoked_at.is_(None),
            )
            .values(revoked_at=at)
            .returning(RefreshSession.session_id)
        )
        return ended.first() is not None

    async def end_all(self, user_id: UUID, at: datetime, *, but: UUID | None = None) -> None:
        """Every family of a person, except `but`."""
        kept = () if but is None else (RefreshSession.family_id != but,)
        await self._session.execute(
            update(RefreshSession)
            .where(self._own, RefreshSession.user_id == user_id, RefreshSession.revoked_at.is_(None), *kept)
            .values(revoked_at=at)
        )

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
