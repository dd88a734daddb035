"""Clients, as a platform administrator keeps them."""

from typing import Any
from uuid import uuid4

import pytest
from docflow.db.database import Database
from docflow.db.outbox import OutboxRow
from docflow.domain.access import Scope
from docflow.domain.stages import Role
from docflow.testing.factories import Tenancy
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.integration.api.conftest import KeyFor, World, form
from tests.integration.api.tenants import code, platform, pointers, slug
from tests.integration.api.test_access import bearer, person, sign_in

Clients = tuple[Tenancy, Tenancy]
__all__ = ["platform"]


async def made(world: World, headers: dict[str, str], **values: Any) -> dict[str, Any]:
    body = {"name": "Umbrella", "slug": slug(), **values}
    answer = await world.http.post("/v1/clients", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["etag"], "location": answer.headers["location"]}


async def acts(database: Database, client_id: str) -> list[str]:
    async with database.nobody() as session:
        await database.bind(session, client_id)  # type: ignore[arg-type]
        rows = await session.scalars(select(OutboxRow).order_by(OutboxRow.message_id))
        return [row.payload["data"]["payload"]["action"] for row in rows]


async def test_a_new_client_is_active_and_stands_first_in_the_list(
    world: World, platform: dict[str, str]
) -> None:
    client = await made(world, platform, subscription_tier="professional", token_balance=500)
    assert (client["status"], client["subscription_tier"], client["token_balance"]) == (
        "active", "professional", 500,
    )  # fmt: skip
    listed = (await world.http.get("/v1/clients", headers=platform)).json()["data"]
    read = await world.http.get(client["location"], headers=platform)
    assert listed[0]["client_id"] == client["client_id"] == read.json()["client_id"]
    assert read.headers["etag"] == client["etag"] == '"1"'


async def test_pages_of_clients_follow_one_another(world: World, platform: dict[str, str]) -> None:
    names = [(await made(world, platform))["client_id"] for _ in range(3)]
    first = (await world.http.get("/v1/clients?limit=2", headers=platform)).json()
    second = (
        await world.http.get("/v1/clients", params={"cursor": first["next_cursor"]}, headers=platform)
    ).json()
    assert [row["client_id"] for row in (*first["data"], *second["data"])][:3] == names[::-1]


async def test_a_slug_is_given_once(world: World, platform: dict[str, str]) -> None:
    client = await made(world, platform)
    again = await world.http.post(
        "/v1/clients", json={"name": "Other", "slug": client["slug"]}, headers=platform
    )
    assert (code(again), pointers(again)) == ((409, "state_conflict"), ["/slug"])


async def test_a_repeat_with_its_key_makes_no_second_client(world: World, platform: dict[str, str]) -> None:
    headers = {**platform, "Idempotency-Key": uuid4().hex}
    body = {"name": "Umbrella", "slug": slug()}
    first = await world.http.post("/v1/clients", json=body, headers=headers)
    second = await world.http.post("/v1/clients", json=body, headers=headers)
    other = await world.http.post("/v1/clients", json={**body, "slug": slug()}, headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert code(other) == (422, "idempotency_key_reused")


async def test_a_suspended_client_is_refused_from_the_next_request_and_welcome_again_later(
    world: World, platform: dict[str, str], two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    email = await person(database, acme, Role.ADMIN)
    signed_in, key = bearer(await sign_in(world, email)), await key_for(acme)
    other = await key_for(globex)
    address = f"/v1/clients/{acme.client_id}"
    before = await world.http.get(address, headers=platform)
    suspended = await world.http.patch(
        address, json={"status": "suspended"}, headers={**platform, "If-Match": before.headers["etag"]}
    )
    refused = [
        await world.http.get("/v1/me", headers=signed_in),
        await world.http.post("/v1/processes", headers=key, **form(acme)),
        await sign_in(world, email),
    ]
    untouched = await world.http.get("/v1/me", headers=other)
    active = await world.http.patch(
        address, json={"status": "active"}, headers={**platform, "If-Match": suspended.headers["etag"]}
    )
    assert suspended.json()["status"] == "suspended"
    assert [code(answer) for answer in refused] == [(403, "client_suspended")] * 3
    assert untouched.status_code == 200
    assert (active.status_code, (await world.http.get("/v1/me", headers=key)).status_code) == (200, 200)


async def test_each_act_stands_in_the_clients_own_audit(
    world: World, platform: dict[str, str], database: Database
) -> None:
    client = await made(world, platform)
    tag = client["etag"]
    for change in ({"name": "New name"}, {"status": "suspended"}, {"status": "active"}):
        answer = await world.http.patch(
            client["location"], json=change, headers={**platform, "If-Match": tag}
        )
        tag = answer.headers["etag"]
    assert await acts(database, client["client_id"]) == [
        "client_created", "client_changed", "client_suspended", "client_activated",
    ]  # fmt: skip


async def test_a_change_needs_the_version_it_goes_by(world: World, platform: dict[str, str]) -> None:
    client = await made(world, platform)
    bare = await world.http.patch(client["location"], json={"name": "X"}, headers=platform)
    stale = await world.http.patch(
        client["location"], json={"name": "X"}, headers={**platform, "If-Match": '"7"'}
    )
    assert (code(bare), code(stale)) == ((428, "precondition_required"), (412, "precondition_failed"))
    whatever = await world.http.patch(
        client["location"], json={"name": "X"}, headers={**platform, "If-Match": "*"}
    )
    assert (whatever.status_code, whatever.json()["name"]) == (200, "X")


async def test_only_a_platform_administrator_sees_clients(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    person_of = bearer(await sign_in(world, await person(database, acme, Role.ADMIN)))
    for headers in (person_of, await key_for(acme, *Scope)):
        answers = [
            await world.http.get("/v1/clients", headers=headers),
            await world.http.get(f"/v1/clients/{globex.client_id}", headers=headers),
            await world.http.post("/v1/clients", json={}, headers=headers),
            await world.http.patch(f"/v1/clients/{globex.client_id}", json={}, headers=headers),
        ]
        assert [code(answer) for answer in answers] == [(403, "forbidden")] * 4


async def test_an_unknown_client_is_404_whatever_the_body_holds(
    world: World, platform: dict[str, str]
) -> None:
    answer = await world.http.patch(f"/v1/clients/{uuid4()}", content=b"{", headers=platform)
    assert code(answer) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"slug": "Not A Slug", "name": "X"}, "/slug"),
        ({"slug": "fine", "name": ""}, "/name"),
        ({"slug": "fine", "name": "X", "subscription_tier": "gold"}, "/subscription_tier"),
        ({"slug": "fine", "name": "X", "token_balance": -1}, "/token_balance"),
        ({"slug": "fine", "name": "a\x00b"}, "/name"),
        ({"slug": "fine", "name": "X", "colour": "red"}, "/colour"),
    ],
)
async def test_a_wrong_value_is_named(
    world: World, platform: dict[str, str], body: dict[str, Any], pointer: str
) -> None:
    answer = await world.http.post("/v1/clients", json=body, headers=platform)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


@pytest.mark.parametrize(
    "call",
    [
        "list_clients(:by, NULL, NULL, NULL, NULL, 10)",
        "add_client(:by, gen_random_uuid(), 'x', 'x', 'basic', NULL)",
        "change_client(:by, gen_random_uuid(), 1, '{}')",
        "write_platform_type(:by, '{}', NULL)",
        "write_platform_prompt(:by, '{}', NULL)",
        "write_platform_configuration(:by, '{}', NULL)",
    ],
)
async def test_the_database_refuses_whoever_is_no_platform_administrator(
    database: Database, two_clients: Clients, call: str
) -> None:
    with pytest.raises(DBAPIError) as refusal:
        async with database.client(two_clients[0].client_id) as session:
            await session.execute(text(f"SELECT {call}"), {"by": two_clients[0].admin_id})
    assert getattr(refusal.value.orig, "sqlstate", None) == "42501"
