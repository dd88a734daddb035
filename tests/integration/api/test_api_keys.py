"""Keys that administrators make, limit and revoke."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.stages import Role
from docflow.features.idempotency.models import IdempotencyKey
from docflow.testing.factories import Tenancy
from sqlalchemy import select

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.desks import desk
from tests.integration.api.test_sessions import acts

Clients = tuple[Tenancy, Tenancy]
KEY = {"name": "n8n", "scopes": ["processes:read", "processes:write"]}


async def made(world: World, headers: dict[str, str], **fields: Any) -> httpx.Response:
    return await world.http.post("/v1/api-keys", headers=headers, json={**KEY, **fields})


def with_key(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['key']}"}


async def test_a_key_is_shown_once_and_works(world: World, two_clients: Clients, database: Database) -> None:
    acme, _ = two_clients
    admin = await desk(world, database, acme, Role.ADMIN)
    answer = await made(world, admin, requests_per_minute=5)
    assert answer.status_code == 201, answer.text
    key = answer.json()
    assert key["key"].startswith(f"dfk_dev_{key['prefix']}_")
    assert (key["scopes"], key["requests_per_minute"]) == (["processes:read", "processes:write"], 5)
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"/v1/api-keys/{key['api_key_id']}"
    used = await world.http.get("/v1/processes", headers=with_key(answer))
    assert (used.status_code, used.headers["ratelimit-limit"]) == (200, "5")
    shown = await world.http.get(answer.headers["location"], headers=admin)
    listed = await world.http.get("/v1/api-keys", headers=admin)
    for each in (shown.json(), listed.json()["data"][0]):
        assert (each["api_key_id"], "key" in each) == (key["api_key_id"], False)
    told = [row for row in await acts(database, acme) if row.action == "api_key_created"]
    assert told[0].payload["api_key_id"] == key["api_key_id"]
    assert key["key"] not in str(told)


async def test_a_repeat_gets_the_same_key_without_its_secret(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "one"}
    first, again = await made(world, headers), await made(world, headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]
    assert again.json() == {name: value for name, value in first.json().items() if name != "key"}
    other = await made(world, headers, name="other")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    async with database.client(acme.client_id) as session:
        (kept,) = await session.scalars(select(IdempotencyKey))
    assert first.json()["key"] not in str(kept.body)


async def test_repeats_at_once_make_one_key(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    headers = await key_for(two_clients[0]) | {"Idempotency-Key": "many"}
    answers = await asyncio.gather(*(made(world, headers) for _ in range(4)))
    assert len({answer.json()["api_key_id"] for answer in answers}) == 1
    assert len([answer for answer in answers if "key" in answer.json()]) == 1


async def test_a_key_gives_no_more_than_it_has(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    acme, _ = two_clients
    plain = await key_for(acme, Scope.PROCESSES_READ, Scope.PROCESSES_WRITE)
    assert (await made(world, plain)).json()["code"] == "forbidden"
    narrow = await key_for(acme, Scope.ADMIN, Scope.PROCESSES_READ)
    refused = await made(world, narrow)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await made(world, narrow, scopes=["processes:read"])).status_code == 201


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_only_admins_make_keys(
    role: Role, world: World, two_clients: Clients, database: Database
) -> None:
    headers = await desk(world, database, two_clients[0], role)
    for answer in (await made(world, headers), await world.http.get("/v1/api-keys", headers=headers)):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


BAD = {
    "no name": {"name": " "},
    "a long name": {"name": "x" * 101},
    "no scopes": {"scopes": []},
    "an unknown scope": {"scopes": ["root"]},
    "a past expiry": {"expires_at": "2020-01-01T00:00:00Z"},
    "an expiry without a zone": {"expires_at": "2099-01-01T00:00:00"},
    "no requests": {"requests_per_minute": 0},
    "a client of one's choice": {"client_id": str(uuid4())},
}


@pytest.mark.parametrize("case", BAD)
async def test_values_that_are_no_key_are_refused(
    case: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    answer = await made(world, await key_for(two_clients[0]), **BAD[case])
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{next(iter(BAD[case]))}")


async def test_a_key_ends_at_its_time(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    until = datetime.now(UTC) + timedelta(seconds=60)
    answer = await made(world, await key_for(two_clients[0]), expires_at=until.isoformat())
    assert datetime.fromisoformat(answer.json()["expires_at"]) == until
    clock = world.container.clock

    class Later:
        def now(self) -> datetime:
            return clock.now() + timedelta(seconds=61)

    assert (await world.http.get("/v1/me", headers=with_key(answer))).status_code == 200
    world.container.clock = Later()
    assert (await world.http.get("/v1/me", headers=with_key(answer))).status_code == 401


async def test_a_revoked_key_is_refused_from_the_next_request_and_stays_listed(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    admin = await key_for(acme)
    answer = await made(world, admin)
    url = answer.headers["location"]
    assert [(await world.http.delete(url, headers=admin)).status_code for _ in range(2)] == [204, 204]
    assert (await world.http.get("/v1/me", headers=with_key(answer))).status_code == 401
    assert (await world.http.get(url, headers=admin)).json()["revoked_at"] is not None
    changed = await world.http.patch(url, headers=admin | {"If-Match": "*"}, json={"name": "x"})
    assert (changed.status_code, changed.json()["code"]) == (409, "state_conflict")
    assert [row.action for row in await acts(database, acme)].count("api_key_revoked") == 1


async def test_name_and_limit_change_and_a_stale_version_does_not_win(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    admin = await key_for(two_clients[0])
    url = (await made(world, admin, requests_per_minute=5)).headers["location"]
    first = await world.http.patch(url, headers=admin | {"If-Match": '"1"'}, json={"name": "renamed"})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert (first.json()["name"], first.json()["requests_per_minute"]) == ("renamed", 5)
    for tag in ('"1"', '"x"'):
        stale = await world.http.patch(url, headers=admin | {"If-Match": tag}, json={"name": "late"})
        assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    anyway = admin | {"If-Match": "*"}
    freed = await world.http.patch(url, headers=anyway, json={"requests_per_minute": None})
    assert (freed.json()["name"], freed.json()["requests_per_minute"]) == ("renamed", None)
    scopes = await world.http.patch(url, headers=anyway, json={"scopes": ["admin"]})
    assert (scopes.status_code, scopes.json()["code"]) == (422, "validation_failed")


async def test_a_list_of_keys_goes_on_where_it_stopped(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    admin = await key_for(two_clients[0])
    names = [(await made(world, admin, name=f"key {n}")).json()["name"] for n in range(3)]
    first = (await world.http.get("/v1/api-keys?limit=2", headers=admin)).json()
    assert first["has_more"]
    rest = (await world.http.get(f"/v1/api-keys?limit=2&cursor={first['next_cursor']}", headers=admin)).json()
    assert [row["name"] for row in first["data"] + rest["data"]] == [*reversed(names), "test"]
    assert not rest["has_more"]


async def test_every_answer_tells_how_many_requests_are_left(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = with_key(await made(world, await key_for(acme), requests_per_minute=3))
    paths = ["/v1/me", "/v1/api-keys", "/v1/processes", "/v1/me"]
    answers = [await world.http.get(path, headers=headers) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 403, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {"3"}
    assert all(int(answer.headers["ratelimit-reset"]) >= 1 for answer in answers)
    assert "ratelimit-limit" not in (await world.http.get("/healthz")).headers
