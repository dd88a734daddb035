"""The first accounts of an installation, made past the API by whoever may migrate the database."""

import secrets
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from docflow.db.database import Database
from docflow.db.owner import owner_errors
from docflow.db.roles import ENGINE, OWNER
from docflow.domain.errors import Conflict, NotFound
from docflow.domain.ids import new_id
from docflow.domain.stages import Role
from docflow.features.audit.messages import act_audit
from docflow.features.clients.models import Client
from docflow.features.users.models import User
from docflow.features.users.passwords import hash_password
from docflow.features.users.policy import PasswordPolicy
from docflow.features.users.recovery_codes import RecoveryCodes
from docflow.features.users.repository import SessionRepository, set_second_factor
from docflow.runtime.settings import Settings
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_cli.databases import migration_url

_WORDS = string.ascii_lowercase + string.digits


def made_password() -> str:
    """Five groups of five letters and digits: 129 bits, and readable aloud."""
    return "-".join("".join(secrets.choice(_WORDS) for _ in range(5)) for _ in range(5))


async def create_admin(settings: Settings, email: str, password: str, *, slug: str | None) -> UUID:
    """An administrator of the client named `slug`; without one, of the platform. The address counts as confirmed.

    Raises UserError for the password, NotFound for the client, Conflict where the address has an account.
    """
    email = email.strip().lower()
    PasswordPolicy(settings.password_min_chars).check(password, email=email)
    at = datetime.now(UTC)
    async with _as_owner(settings) as session:
        client_id = await _client_of(session, slug) if slug is not None else None
        row = User(
            user_id=new_id(),
            client_id=client_id,
            email=email,
            role=(Role.ADMIN if client_id else Role.PLATFORM_ADMIN).value,
            password_hash=hash_password(password),
            email_verified_at=at,
        )
        session.add(row)
        try:
            await session.flush()
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", None) != "23505":
                raise
            raise Conflict("this address has an account") from error
        if client_id is not None:
            told = {"user_id": str(row.user_id), "role": row.role}
            session.add(
                act_audit(client_id=client_id, at=at, action="user_created", by="operator", payload=told)
            )
    return row.user_id


async def reset_second_factor(settings: Settings, email: str) -> UUID:
    """For whoever lost it and has nobody to reset it: factor and recovery codes are gone, all sessions end. Repeatable.

    Raises NotFound.
    """
    at = datetime.now(UTC)
    async with _as_owner(settings) as session:
        await session.execute(text(f"SET LOCAL ROLE {ENGINE}"))
        found = await session.execute(
            select(User.user_id, User.client_id).where(User.email == email.strip().lower())
        )
        person = found.one_or_none()
        if person is None:
            raise NotFound("no account has this address")
        user_id, client_id = person
        if client_id is not None:
            await _bind(session, client_id)
        await set_second_factor(session, user_id, None, None)
        await RecoveryCodes(session, client_id).remove(user_id)
        await SessionRepository(session, client_id).end_all(user_id, at)
        if client_id is not None:
            told = {"user_id": str(user_id)}
            session.add(
                act_audit(client_id=client_id, at=at, action="mfa_reset", by="operator", payload=told)
            )
    return UUID(str(user_id))


@asynccontextmanager
async def _as_owner(settings: Settings) -> AsyncIterator[AsyncSession]:
    """One transaction of the role that alone may write a platform administrator."""
    async with migration_url(settings) as url:
        database = Database(url, pool_size=1, max_overflow=0)
        try:
            async with owner_errors(), database.nobody() as session:
                await session.execute(text(f"SET LOCAL ROLE {OWNER}"))
                yield session
        finally:
            await database.aclose()


async def _client_of(session: AsyncSession, slug: str) -> UUID:
    """Its id, to which the transaction is then bound: row-level security holds for the owner too."""
    await session.execute(text(f"SET LOCAL ROLE {ENGINE}"))
    client_id: UUID | None = await session.scalar(select(Client.client_id).where(Client.slug == slug))
    await session.execute(text(f"SET LOCAL ROLE {OWNER}"))
    if client_id is None:
        raise NotFound("no client has this slug")
    await _bind(session, client_id)
    return client_id


async def _bind(session: AsyncSession, client_id: UUID) -> None:
    await session.execute(
        text("SELECT set_config('app.current_client_id', :client_id, true)"), {"client_id": str(client_id)}
    )
