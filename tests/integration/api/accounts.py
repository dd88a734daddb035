"""People and letters for the tests of accounts."""

import re
from uuid import uuid4

import httpx
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.ports.mail import Letter
from docflow.domain.stages import Role
from docflow.features.users.models import User
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow.testing.mail import MemoryMail
from docflow_output.mails import MailLane
from sqlalchemy import create_engine, insert
from sqlalchemy.pool import NullPool

from tests.integration.api.conftest import ADDRESS, World
from tests.integration.api.test_access import HASH, bearer, person, sign_in

PASSWORD = "violet-harbour-91"
OTHER = "seven quiet lanterns"


def fresh_address() -> str:
    return f"{uuid4().hex[:12]}@people.test"


async def admin_of(world: World, database: Database, tenancy: Tenancy) -> dict[str, str]:
    """Headers of a signed-in administrator; the client has another one, who cannot sign in."""
    return bearer(await sign_in(world, await person(database, tenancy, Role.ADMIN)))


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
