"""SQL of people, their sessions and their sign-in attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from docflow.db.database import Database
from docflow.db.lists import page_of_rows
from docflow.domain.access import FactorRule
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.stages import Role
from docflow.features.users.models import RefreshSession, User

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
    has_factor: bool
    rule: FactorRule | None
    """Of the client; None = as the platform says."""

    @property
    def is_active(self) -> bool:
        return self.user_status == "active" and self.client_status in (None, "active")

    def needs_factor(self, platform: FactorRule) -> bool:
        return (self.rule or platform).holds_for(self.role)

    def must_enrol(self, platform: FactorRule) -> bool:
        return self.needs_factor(platform) and not self.has_factor


@dataclass(frozen=True, slots=True)
class PlatformAdmin:
    email: str
    password_hash: str | None
    status: str


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


_FIND_STANDING = text("SELECT * FROM find_caller(:user_id, :family_id)")


async def find_standing(session: AsyncSession, user_id: UUID, family_id: UUID) -> Standing | None:
    """Of a person in one session, over all clients, through the function made for it; None when there is none."""
    rows = await session.execute(_FIND_STANDING, {"user_id": user_id, "family_id": family_id})
    return _standing(rows.one_or_none())


async def standing_now(database: Database, user_id: UUID, family_id: UUID) -> Standing | None:
    """The same by itself, in one round trip: every request with a token asks."""
    rows = await database.single(
        "SELECT * FROM find_caller(%(user_id)s, %(family_id)s)",
        {"user_id": user_id, "family_id": family_id},
    )
    return _standing(rows[0] if rows else None)


def _standing(row: Row[Any] | None) -> Standing | None:
    if row is None:
        return None
    return Standing(
        row.client_id,
        Role(row.role),
        row.user_status,
        row.client_status,
        row.is_open,
        row.has_factor,
        FactorRule(row.second_factor) if row.second_factor else None,
    )


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


async def change_second_factor(
    session: AsyncSession, holder: Holder, secret: bytes | None, pending: bytes | None
) -> bool:
    """Both are sealed; None takes one away. False where they are not those of `holder` any more. `session` is bound as
    for `find_holder`."""
    changed = await session.scalar(
        text(
            "SELECT change_second_factor(:user_id, CAST(:old_secret AS bytea), CAST(:old_pending AS bytea),"
            " CAST(:secret AS bytea), CAST(:pending AS bytea))"
        ),
        {
            "user_id": holder.user_id,
            "old_secret": holder.totp_secret,
            "old_pending": holder.totp_pending,
            "secret": secret,
            "pending": pending,
        },
    )
    return bool(changed)


async def set_second_factor(
    session: AsyncSession, user_id: UUID, secret: bytes | None, pending: bytes | None
) -> None:
    """The same, whatever there is."""
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


async def find_platform_admin(session: AsyncSession, user_id: UUID) -> PlatformAdmin | None:
    rows = await session.execute(text("SELECT * FROM find_platform_admin(:user_id)"), {"user_id": user_id})
    row = rows.one_or_none()
    return PlatformAdmin(row.email, row.password_hash, row.status) if row is not None else None


async def set_platform_password(session: AsyncSession, user_id: UUID, *, old: str | None, new: str) -> bool:
    """False when the password is no longer `old`."""
    done = await session.scalar(
        text("SELECT set_platform_password(:user_id, CAST(:old AS text), :new)"),
        {"user_id": user_id, "old": old, "new": new},
    )
    return bool(done)


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

    async def locked(self, user_id: UUID) -> User | None:
        found: User | None = await self._session.scalar(
            select(User)
            .where(User.client_id == self._client_id, User.user_id == user_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return found

    async def signed_in(self, proven: Login, at: datetime, new_hash: str | None) -> bool:
        """False when the account was disabled, or its password or second factor is no longer the proven one."""
        done = await self._session.execute(
            update(User)
            .where(
                User.client_id == self._client_id,
                User.user_id == proven.user_id,
                User.status == "active",
                User.password_hash == proven.password_hash,
                User.totp_secret.is_not_distinct_from(proven.totp_secret),
            )
            .values(last_login_at=at, password_hash=new_hash or proven.password_hash)
            .returning(User.user_id)
        )
        return done.first() is not None

    async def page(self, request: PageRequest, *, role: Role | None, status: str | None) -> PageOf[User]:
        """Newest first."""
        query = select(User).where(User.client_id == self._client_id)
        if role is not None:
            query = query.where(User.role == role.value)
        if status is not None:
            query = query.where(User.status == status)
        return await page_of_rows(self._session, query, request, User.created_at, User.user_id)

    async def lock_active_admins(self) -> set[UUID]:
        """Until the transaction ends none of them can be taken away, so that two do not remove each other."""
        rows = await self._session.scalars(
            select(User.user_id)
            .where(User.client_id == self._client_id, User.role == Role.ADMIN.value, User.status == "active")
            .order_by(User.user_id)
            .with_for_update(key_share=True)
        )
        return set(rows)

    async def has_address(self, email: str) -> bool:
        found = select(User.user_id).where(User.client_id == self._client_id, User.email == email)
        return (await self._session.scalar(found)) is not None


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

    async def end_family(self, family_id: UUID, at: datetime) -> None:
        await self._end(RefreshSession.family_id == family_id, at)

    async def end_all(self, user_id: UUID, at: datetime, *, but: UUID | None = None) -> None:
        """Every session of one person, except `but`. Only after their row was changed or locked: a sign-in under way
        waits for it."""
        others = true() if but is None else RefreshSession.family_id != but
        await self._end((RefreshSession.user_id == user_id) & others, at)

    async def _end(self, which: ColumnElement[bool], at: datetime) -> None:
        """Until none is left: a refresh under way has a successor that the first statement did not see yet."""
        open_ones = update(RefreshSession).where(self._own, which, RefreshSession.revoked_at.is_(None))
        ending = open_ones.values(revoked_at=at).returning(RefreshSession.session_id)
        while (await self._session.execute(ending)).first() is not None:
            pass
