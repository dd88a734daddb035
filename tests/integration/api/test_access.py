import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.stages import Role
from docflow.features.clients.models import Client
from docflow.features.users.models import User
from docflow.testing.factories import Tenancy, add_user
from docflow.testing.passwords import quick_hash
from sqlalchemy import update

from tests.integration.api.conftest import LONG_AGO, KeyFor, World

Clients = tuple[Tenancy, Tenancy]
HASH = quick_hash("password123")


async def person(
    database: Database, tenancy: Tenancy, role: Role = Role.OPERATOR, password_hash: str = HASH
) -> str:
    email = f"{uuid4().hex[:10]}@{tenancy.slug}.test"
    await add_user(database, tenancy.client_id, email=email, role=role, password_hash=password_hash)
    return email


async def sign_in(world: World, email: str, password: str = "password123", **more: str) -> httpx.Response:
    return await world.http.post("/v1/auth/login", json={"email": email, "password": password, **more})


async def refresh(world: World, token: str) -> httpx.Response:
    return await world.http.post("/v1/auth/refresh", json={"refresh_token": token})


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_a_person_signs_in_and_is_known(world: World, two_clients: Clients, database: Database) -> None:
    acme, _ = two_clients
    email = await person(database, acme, Role.VIEWER)
    answer = await sign_in(world, email.upper())
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (
        200,
        "Bearer",
        900,
    )
    me = (await world.http.get("/v1/me", headers=bearer(answer))).json()
    assert (me["email"], me["role"], me["client_id"]) == (email, "viewer", str(acme.client_id))
    assert me["scopes"] == ["processes:read", "results:read"]
    assert me["client"]["slug"] == acme.slug


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    world: World, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    wrong = await sign_in(world, email, "password124")
    unknown = await sign_in(world, f"nobody-{uuid4().hex[:6]}@acme.test")
    for answer in (wrong, unknown):
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    assert wrong.json()["detail"] == unknown.json()["detail"]


async def test_after_three_failures_the_account_waits(
    world: World, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    for _ in range(3):
        await sign_in(world, email, "wrong")
    answer = await sign_in(world, email)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) > 0


@pytest.fixture(autouse=True)
async def _each_test_has_its_own_address(world: World) -> None:
    """The throttle counts by address too."""
    app = world.http._transport.app
    world.http._transport = httpx.ASGITransport(
        app, client=(f"10.{uuid4().int % 250}.{uuid4().int % 250}.9", 1)
    )


async def test_a_disabled_person_cannot_sign_in_or_go_on(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    before = await sign_in(world, email)
    await change_user(database, acme, email, status="inactive")
    assert (await sign_in(world, email)).json()["code"] == "invalid_credentials"
    answer = await world.http.get("/v1/me", headers=bearer(before))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


async def test_a_suspended_client_is_403(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme)
    key = await key_for(acme)
    before = await sign_in(world, email)
    async with database.client(acme.client_id) as session:
        await session.execute(
            update(Client).where(Client.client_id == acme.client_id).values(status="suspended")
        )
    answers = [
        await sign_in(world, email),
        await world.http.get("/v1/processes", headers=key),
        await world.http.get("/v1/processes", headers=bearer(before)),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(403, "client_suspended")] * 3


async def test_a_changed_role_counts_from_the_next_request(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, _ = two_clients
    email = await person(database, acme, Role.OPERATOR)
    signed_in = await sign_in(world, email)
    await change_user(database, acme, email, role="viewer")
    answer = await world.http.get("/v1/reviews", headers=bearer(signed_in))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_refresh_token_gives_a_new_pair(
    world: World, two_clients: Clients, database: Database
) -> None:
    first = await sign_in(world, await person(database, two_clients[0]))
    second = await refresh(world, first.json()["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first.json()["refresh_token"]
    assert (await world.http.get("/v1/me", headers=bearer(second))).status_code == 200


async def test_two_tabs_that_refresh_together_get_the_same_successor(
    world: World, two_clients: Clients, database: Database
) -> None:
    token = (await sign_in(world, await person(database, two_clients[0]))).json()["refresh_token"]
    answers = await asyncio.gather(*(refresh(world, token) for _ in range(2)))
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_an_old_refresh_token_ends_the_whole_family(
    world: World, two_clients: Clients, database: Database
) -> None:
    first = await sign_in(world, await person(database, two_clients[0]))
    second = await refresh(world, first.json()["refresh_token"])
    third = await refresh(world, second.json()["refresh_token"])
    stolen = await refresh(world, first.json()["refresh_token"])
    assert stolen.status_code == 401
    for late in (await refresh(world, third.json()["refresh_token"]), stolen):
        assert (late.status_code, late.json()["code"]) == (401, "unauthorized")
    assert (await world.http.get("/v1/me", headers=bearer(third))).status_code == 401


async def test_after_the_grace_a_used_token_ends_the_family(
    world: World, two_clients: Clients, database: Database
) -> None:
    token = (await sign_in(world, await person(database, two_clients[0]))).json()["refresh_token"]
    successor = (await refresh(world, token)).json()["refresh_token"]
    clock = Later(seconds=11)
    world.container.clock = clock
    assert (await refresh(world, token)).status_code == 401
    assert (await refresh(world, successor)).status_code == 401


async def test_signing_out_ends_access_at_once_and_may_be_repeated(
    world: World, two_clients: Clients, database: Database
) -> None:
    signed_in = await sign_in(world, await person(database, two_clients[0]))
    body = {"refresh_token": signed_in.json()["refresh_token"]}
    assert (await world.http.post("/v1/auth/logout", json=body)).status_code == 204
    assert (await world.http.post("/v1/auth/logout", json=body)).status_code == 204
    assert (await world.http.get("/v1/me", headers=bearer(signed_in))).status_code == 401
    assert (await refresh(world, body["refresh_token"])).status_code == 401


async def test_a_refresh_token_that_names_another_client_is_refused(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, globex = two_clients
    token = (await sign_in(world, await person(database, acme))).json()["refresh_token"]
    forged = token.replace(acme.client_id.hex, globex.client_id.hex)
    assert (await refresh(world, forged)).status_code == 401
    assert (await refresh(world, token)).status_code == 200


async def test_a_key_may_only_what_its_scopes_say(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    key = await key_for(two_clients[0], Scope.RESULTS_READ)
    assert (await world.http.get("/v1/me", headers=key)).json()["scopes"] == ["results:read"]
    assert (await world.http.get("/v1/processes", headers=key)).status_code == 403


async def test_an_expired_a_changed_and_an_unknown_key_are_refused(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    good = (await key_for(acme))["Authorization"]
    expired = (await key_for(acme, expires_at=LONG_AGO))["Authorization"]
    for header in (
        expired,
        good[:-1] + ("1" if good.endswith("0") else "0"),
        good.replace("dfk_live_", "dfk_live_x"),
        "Bearer dfk_",
        "Basic x",
    ):
        answer = await world.http.get("/v1/me", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), header
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_caller_over_the_limit_is_told_when_to_come_back(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    world.container.settings.limits.requests_per_minute = 2
    key = await key_for(two_clients[0])
    answers = [await world.http.get("/v1/me", headers=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "rate_limited"
    assert int(answers[2].headers["retry-after"]) >= 1
    assert answers[2].headers["ratelimit-limit"] == "2"


async def change_user(database: Database, tenancy: Tenancy, email: str, **values: str) -> None:
    async with database.client(tenancy.client_id) as session:
        await session.execute(update(User).where(User.email == email).values(**values))


class Later:
    def __init__(self, **by: int) -> None:
        self._by = timedelta(**by)

    def now(self) -> datetime:
        from datetime import UTC

        return datetime.now(UTC) + self._by

    def monotonic(self) -> float:
        return 0.0
