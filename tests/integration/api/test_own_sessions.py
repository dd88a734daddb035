"""Where somebody is signed in, and signing out from elsewhere."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
from docflow.db.database import Database
from docflow.features.users.repository import SessionRepository
from docflow.testing.factories import Tenancy

from tests.integration.api.conftest import KeyFor, World, gateway_of
from tests.integration.api.desks import desk
from tests.integration.api.test_access import bearer, person, refresh, sign_in
from tests.integration.api.test_sessions import Clients, acts, platform_admin

__all__ = ["platform_admin"]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def address(world: World) -> str:
    """Of the test's own."""
    address = f"10.{uuid4().int % 250}.{uuid4().int % 250}.8"
    world.http._transport.client = (address, 1)
    return address


async def listed(world: World, headers: dict[str, str]) -> list[dict]:
    answer = await world.http.get("/v1/auth/sessions", headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def test_a_person_sees_each_sign_in_once_however_often_it_was_refreshed(
    world: World, address: str, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    world.http.headers["User-Agent"] = FIREFOX
    one = await sign_in(world, email)
    newer = await refresh(world, (await refresh(world, one.json()["refresh_token"])).json()["refresh_token"])
    other = await sign_in(world, email)
    found = await listed(world, bearer(newer))
    assert [each["current"] for each in found] == [False, True]
    assert {(each["device"], each["address"]) for each in found} == {("Firefox on Linux", address)}
    mine = found[1]
    assert mine["created_at"] < mine["last_used_at"] < found[0]["created_at"]
    assert (await listed(world, bearer(other)))[0]["current"] is True


async def test_a_session_is_ended_from_elsewhere(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    lost, here = await sign_in(world, email), await sign_in(world, email)
    (there,) = [each for each in await listed(world, bearer(here)) if not each["current"]]
    url = f"/v1/auth/sessions/{there['session_id']}"
    assert (await world.http.delete(url, headers=bearer(here))).status_code == 204
    assert (await world.http.get("/v1/me", headers=bearer(lost))).status_code == 401
    assert (await refresh(world, lost.json()["refresh_token"])).status_code == 401
    assert [each["current"] for each in await listed(world, bearer(here))] == [True]
    assert (await world.http.delete(url, headers=bearer(here))).status_code == 404
    assert "sessions_ended" in [row.action for row in await acts(database, acme)]


async def test_another_persons_session_is_not_there(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, globex = two_clients
    target = await sign_in(world, await person(database, acme))
    (session,) = await listed(world, bearer(target))
    for tenancy in (acme, globex):
        other = await desk(world, database, tenancy)
        answer = await world.http.delete(f"/v1/auth/sessions/{session['session_id']}", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await world.http.get("/v1/me", headers=bearer(target))).status_code == 200


async def test_signing_out_everywhere_else_leaves_this_one(
    world: World, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    others = [await sign_in(world, email) for _ in range(2)]
    here = await sign_in(world, email)
    answers = [await world.http.delete("/v1/auth/sessions", headers=bearer(here)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    seen = [await world.http.get("/v1/me", headers=bearer(each)) for each in (*others, here)]
    assert [answer.status_code for answer in seen] == [401, 401, 200]


async def test_platform_admins_have_sessions_too(world: World, platform_admin: str) -> None:
    one, here = await sign_in(world, platform_admin), await sign_in(world, platform_admin)
    assert len(await listed(world, bearer(here))) == 2
    assert (await world.http.delete("/v1/auth/sessions", headers=bearer(here))).status_code == 204
    assert (await world.http.get("/v1/me", headers=bearer(one))).status_code == 401


async def test_a_key_is_signed_in_nowhere(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    answer = await world.http.get("/v1/auth/sessions", headers=await key_for(two_clients[0]))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_ten_tabs_that_refresh_at_once_get_one_successor(
    world: World, two_clients: Clients, database: Database
) -> None:
    first = await sign_in(world, await person(database, two_clients[0]))
    answers = await asyncio.gather(*(refresh(world, first.json()["refresh_token"]) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert len(await listed(world, bearer(answers[0]))) == 1


async def test_a_stolen_token_that_is_used_at_once_with_the_successor_ends_the_family(
    world: World, two_clients: Clients, database: Database
) -> None:
    first = await sign_in(world, await person(database, two_clients[0]))
    token = first.json()["refresh_token"]
    second = await refresh(world, token)
    await refresh(world, second.json()["refresh_token"])
    assert (await refresh(world, token)).status_code == 401
    assert (await world.http.get("/v1/me", headers=bearer(second))).status_code == 401


async def test_a_refresh_under_way_does_not_outlive_the_end_of_its_session(
    world: World, two_clients: Clients, database: Database
) -> None:
    """Whoever ends the session waits for the rotation and sees the old token, never the one that just came."""
    acme, _ = two_clients
    signed_in = await sign_in(world, await person(database, acme))
    me = (await world.http.get("/v1/me", headers=bearer(signed_in))).json()
    (session_id,) = [UUID(each["session_id"]) for each in await listed(world, bearer(signed_in))]
    gateway, now = gateway_of(world), world.container.clock.now()
    token = signed_in.json()["refresh_token"]
    async with database.client(acme.client_id) as rotating:
        rotated = await gateway.accounts._rotate(
            rotating, acme.client_id, token, address="", agent="", at=now
        )
        await rotating.flush()
        ending = asyncio.create_task(end(database, acme, UUID(me["user_id"]), session_id))
        await waits_for_a_lock(database, "UPDATE refresh_sessions")
    assert await ending
    assert (await refresh(world, rotated.refresh_token)).status_code == 401
    headers = {"Authorization": f"Bearer {rotated.access_token}"}
    assert (await world.http.get("/v1/me", headers=headers)).status_code == 401


async def end(database: Database, tenancy: Tenancy, user_id: UUID, session_id: UUID) -> bool:
    from datetime import UTC, datetime

    async with database.client(tenancy.client_id) as session:
        repository = SessionRepository(session, tenancy.client_id)
        return await repository.end_one(user_id, session_id, datetime.now(UTC))


async def waits_for_a_lock(database: Database, statement: str = "") -> None:
    """Until a statement that begins so waits for what another transaction holds."""
    from sqlalchemy import text

    query = text(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND starts_with(query, :statement))"
    )
    async with asyncio.timeout(10):
        while True:
            async with database.nobody() as session:
                if await session.scalar(query, {"statement": statement}):
                    return
            await asyncio.sleep(0.02)


async def test_after_the_secret_was_replaced_two_tabs_still_get_one_successor(
    world: World, two_clients: Clients, database: Database
) -> None:
    from docflow_api.app import create_app
    from pydantic import SecretStr

    token = (await sign_in(world, await person(database, two_clients[0]))).json()
    first = await refresh(world, token["refresh_token"])
    auth = world.container.settings.auth
    auth.previous_secrets, auth.secret = [SecretStr("s" * 43)], SecretStr("t" * 43)
    transport = httpx.ASGITransport(create_app(world.container))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as later:
        body = {"refresh_token": token["refresh_token"]}
        second = await later.post("/v1/auth/refresh", json=body)
        old = {"Authorization": f"Bearer {token['access_token']}"}
        assert (await later.get("/v1/me", headers=old)).status_code == 200
    assert second.json()["refresh_token"] == first.json()["refresh_token"]
