"""The second factor, and sessions that end while their access tokens still live."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.ids import new_id
from docflow.domain.stages import Role
from docflow.features.api_keys.models import ApiKey
from docflow.features.users.models import User
from docflow.features.users.totp import STEP_S, code_at
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_user
from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.pool import NullPool

from tests.integration.api.conftest import KeyFor, World, gateway_of
from tests.integration.api.test_access import HASH, bearer, person, refresh, sign_in

Clients = tuple[Tenancy, Tenancy]
SECRET = b"a secret of 20 bytes"


@pytest.fixture(autouse=True)
def _each_test_has_its_own_address(world: World) -> None:
    """The throttle counts by address too."""
    world.http._transport.client = (f"10.{uuid4().int % 250}.{uuid4().int % 250}.7", 1)


@pytest.fixture
async def guarded(world: World, two_clients: Clients, database: Database) -> str:
    """The address of a person with a second factor."""
    acme, _ = two_clients
    email = f"{uuid4().hex[:10]}@{acme.slug}.test"
    sealed = world.container.sealing.seal(SECRET)
    await add_user(database, acme.client_id, email=email, password_hash=HASH, totp_secret=sealed)
    return email


def code(world: World, *, steps: int = 0) -> str:
    return code_at(SECRET, int(world.container.clock.now().timestamp()) // STEP_S + steps)


async def test_a_missing_code_is_asked_for(world: World, guarded: str) -> None:
    answer = await sign_in(world, guarded)
    assert (answer.status_code, answer.json()["code"]) == (401, "mfa_required")


async def test_asking_for_the_code_is_no_failure(world: World, guarded: str) -> None:
    answers = [await sign_in(world, guarded) for _ in range(5)]
    assert {answer.json()["code"] for answer in answers} == {"mfa_required"}


async def test_the_right_code_signs_in_once(world: World, guarded: str) -> None:
    right = code(world)
    first = await sign_in(world, guarded, totp=right)
    assert (await world.http.get("/v1/me", headers=bearer(first))).json()["email"] == guarded
    again = await sign_in(world, guarded, totp=right)
    assert (again.status_code, again.json()["code"]) == (401, "invalid_credentials")


async def test_a_code_before_one_that_was_used_is_refused(world: World, guarded: str) -> None:
    await sign_in(world, guarded, totp=code(world))
    older = await sign_in(world, guarded, totp=code(world, steps=-1))
    assert older.json()["code"] == "invalid_credentials"


async def test_a_wrong_code_counts_like_a_wrong_password(world: World, guarded: str) -> None:
    answers = [await sign_in(world, guarded, totp="000000x") for _ in range(4)]
    assert [answer.json()["code"] for answer in answers] == ["invalid_credentials"] * 3 + ["rate_limited"]


async def test_a_code_does_not_help_against_a_wrong_password(world: World, guarded: str) -> None:
    answer = await sign_in(world, guarded, "wrong", totp=code(world))
    assert answer.json()["code"] == "invalid_credentials"
    assert (await sign_in(world, guarded, totp=code(world))).status_code == 200


@pytest.fixture
def platform_admin(database_urls: DatabaseUrls) -> str:
    """Written past the services, which may not make one."""
    email = f"{uuid4().hex[:10]}@platform.test"
    change(
        database_urls,
        insert(User).values(
            user_id=new_id(), email=email, role=Role.PLATFORM_ADMIN.value, status="active", password_hash=HASH
        ),
    )
    return email


def change(urls: DatabaseUrls, statement: Any) -> None:
    engine = create_engine(urls.admin, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(statement)
    engine.dispose()


async def test_a_disabled_platform_admin_is_refused_from_the_next_request(
    world: World, platform_admin: str, database_urls: DatabaseUrls
) -> None:
    signed_in = await sign_in(world, platform_admin)
    assert (await world.http.get("/v1/me", headers=bearer(signed_in))).json()["role"] == "platform_admin"
    change(database_urls, update(User).where(User.email == platform_admin).values(status="inactive"))
    refused = await world.http.get("/v1/me", headers=bearer(signed_in))
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_credentials")
    assert (await refresh(world, signed_in.json()["refresh_token"])).status_code == 401


async def test_a_platform_admin_who_signs_out_is_out_at_once(world: World, platform_admin: str) -> None:
    signed_in = await sign_in(world, platform_admin)
    await world.http.post("/v1/auth/logout", json={"refresh_token": signed_in.json()["refresh_token"]})
    assert (await world.http.get("/v1/me", headers=bearer(signed_in))).status_code == 401


async def test_other_sessions_of_the_same_person_go_on(
    world: World, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    one, other = await sign_in(world, email), await sign_in(world, email)
    await world.http.post("/v1/auth/logout", json={"refresh_token": one.json()["refresh_token"]})
    answers = [await world.http.get("/v1/me", headers=bearer(each)) for each in (one, other)]
    assert [answer.status_code for answer in answers] == [401, 200]


async def acts(database: Database, tenancy: Tenancy) -> Sequence[Any]:
    """What waits to be written into the client's audit: action, result and payload."""
    query = text(
        "SELECT payload -> 'data' -> 'payload' ->> 'action' AS action, payload -> 'data' ->> 'result' AS result,"
        " payload -> 'data' -> 'payload' AS payload FROM outbox WHERE topic = 'audit.act' ORDER BY created_at"
    )
    async with database.client(tenancy.client_id) as session:
        return (await session.execute(query)).all()


async def test_sign_ins_good_and_bad_stand_in_the_clients_audit(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    await sign_in(world, email, "wrong")
    await sign_in(world, email)
    found = await acts(database, acme)
    assert [(row.action, row.result) for row in found] == [("login_failed", "FAILED"), ("login", "SUCCESS")]
    assert email not in str(found)


async def test_signing_out_and_a_copied_token_stand_in_the_clients_audit(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    first = (await sign_in(world, email)).json()["refresh_token"]
    for _ in range(2):
        await world.http.post("/v1/auth/logout", json={"refresh_token": first})
    copied = (await sign_in(world, email)).json()["refresh_token"]
    later = (await refresh(world, copied)).json()["refresh_token"]
    await refresh(world, later)
    for _ in range(2):
        assert (await refresh(world, copied)).status_code == 401
    found = [(row.action, row.result) for row in await acts(database, acme) if row.action != "login"]
    assert found == [("logout", "SUCCESS"), ("refresh_token_reused", "FAILED")]


async def test_a_refused_access_stands_in_the_clients_audit(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme, Scope.RESULTS_READ)
    assert (await world.http.post(f"/v1/processes/{uuid4()}/cancel", headers=headers)).status_code == 403
    (row,) = await acts(database, acme)
    assert (row.action, row.result) == ("access_refused", "FAILED")
    assert (row.payload["scope"], row.payload["route"]) == (
        "processes:write",
        "POST /v1/processes/{process_id}/cancel",
    )
    assert row.payload["by"].startswith("key:")


async def used_at(database: Database, tenancy: Tenancy) -> list[Any]:
    async with database.client(tenancy.client_id) as session:
        return list(await session.scalars(select(ApiKey.last_used_at)))


async def test_the_last_use_of_a_key_is_kept_apart_from_requests(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    before = world.container.clock.now()
    await world.http.get("/v1/me", headers=headers)
    assert await used_at(database, acme) == [None]
    await gateway_of(world).api_keys.keep_uses()
    (at,) = await used_at(database, acme)
    assert before <= at <= world.container.clock.now()


async def test_a_key_that_was_refused_was_not_used(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    header = (await key_for(acme))["Authorization"]
    await world.http.get("/v1/me", headers={"Authorization": header[:-1] + "x"})
    await gateway_of(world).api_keys.keep_uses()
    assert await used_at(database, acme) == [None]
