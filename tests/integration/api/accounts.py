"""People and letters for the tests of accounts."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.ports.mail import Letter
from docflow.domain.stages import Role
from docflow.features.users.models import RefreshSession, User
from docflow.features.users.repository import find_login
from docflow.features.users.tokens import AccessTokens
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_user
from docflow.testing.mail import MemoryMail
from docflow_output.mails import MailLane
from sqlalchemy import create_engine, insert
from sqlalchemy.pool import NullPool

from tests.integration.api.conftest import ADDRESS, World
from tests.integration.api.test_access import HASH

PASSWORD = "violet-harbour-91"
OTHER = "seven quiet lanterns"


def fresh_address() -> str:
    return f"{uuid4().hex[:12]}@people.test"


async def signed_in(
    world: World, database: Database, tenancy: Tenancy, role: Role = Role.ADMIN
) -> dict[str, str]:
    """Headers of a new person's session, made without comparing a password: that takes its time."""
    user_id = await add_user(database, tenancy.client_id, email=fresh_address(), role=role)
    return await session_of(world, database, user_id, tenancy.client_id, role)


async def session_of(
    world: World, database: Database, user_id: UUID, client_id: UUID | None, role: Role
) -> dict[str, str]:
    at, family_id = datetime.now(UTC), new_id()
    async with database.nobody() if client_id is None else database.client(client_id) as session:
        row = RefreshSession(
            client_id=client_id,
            user_id=user_id,
            family_id=family_id,
            token_hash=family_id.bytes,
            expires_at=at + timedelta(hours=1),
        )
        session.add(row)
    tokens: AccessTokens = world.http._transport.app.state.gateway.tokens
    token = tokens.issue(user_id=user_id, client_id=client_id, role=role, session_id=family_id, at=at)
    return {"Authorization": f"Bearer {token}"}


async def platform_session(world: World, urls: DatabaseUrls) -> dict[str, str]:
    database = world.container.database
    async with database.nobody() as session:
        login = await find_login(session, platform_admin(urls))
    assert login is not None
    return await session_of(world, database, login.user_id, None, Role.PLATFORM_ADMIN)


def platform_admin(urls: DatabaseUrls) -> str:
    """Written past the services, which may not make one."""
    email = f"{uuid4().hex[:10]}@platform.test"
    engine = create_engine(urls.admin, poolclass=NullPool)
    row = {"user_id": new_id(), "email": email, "role": Role.PLATFORM_ADMIN.value, "password_hash": HASH}
    with engine.begin() as connection:
        connection.execute(insert(User).values(row))
    engine.dispose()
    return email


def lane_of(world: World) -> MailLane:
    container = world.container
    return MailLane(
        container.database,
        container.mail,
        container.sealing,
        container.clock,
        portal_url=ADDRESS,
        chance=lambda: 0.0,
    )


async def deliver(world: World) -> list[str]:
    """Carry out what is due; the states that it came to."""
    lane, worker = lane_of(world), new_id()
    outcomes = [await lane.carry_out(work) for work in await lane.claim(worker, 100)]
    assert all([await lane.finish(worker, outcome) for outcome in outcomes])
    return [outcome.state for outcome in outcomes]


async def letters_to(world: World, email: str) -> list[Letter]:
    await deliver(world)
    mail = world.container.mail
    assert isinstance(mail, MemoryMail)
    return [letter for letter in mail.sent if letter.to == email]


def token_in(letter: Letter) -> str:
    found = re.search(r"#token=(dft_\w+)", letter.text)
    assert found
    return found[1]


async def post(
    world: World, path: str, headers: dict[str, str] | None = None, **body: object
) -> httpx.Response:
    return await world.http.post(path, headers=headers, json=body)


def outcome_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
