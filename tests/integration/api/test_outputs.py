"""What goes out for a process, tried again; and secrets that nobody can read."""

from typing import Any
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.stages import Role
from docflow.features.client_secrets.models import ClientSecret
from docflow.features.outputs.models import OutputAction
from docflow.testing.factories import Tenancy, add_process
from sqlalchemy import select

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.desks import desk
from tests.integration.api.test_sessions import acts

Clients = tuple[Tenancy, Tenancy]


async def add_action(database: Database, tenancy: Tenancy, **columns: Any) -> tuple[UUID, UUID]:
    process_id, action_id = await add_process(database, tenancy), new_id()
    given = {"action_type": "webhook", "target_config": {"url": "https://x.example/secret-path"}, **columns}
    async with database.client(tenancy.client_id) as session:
        session.add(
            OutputAction(action_id=action_id, client_id=tenancy.client_id, process_id=process_id, **given)
        )
    return process_id, action_id


async def test_a_failed_action_is_shown_and_tried_again(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    process_id, action_id = await add_action(
        database, acme, status="failed", retry_count=9, result={"code": "table_missing"}
    )
    shown = await world.http.get(f"/v1/processes/{process_id}/outputs", headers=headers)
    (action,) = shown.json()["actions"]
    assert (action["status"], action["result"], action["retry_count"]) == (
        "failed",
        {"code": "table_missing"},
        9,
    )
    assert "secret-path" not in shown.text
    again = await world.http.post(f"/v1/output-actions/{action_id}/retry", headers=headers)
    assert (again.status_code, again.json()["status"], again.json()["retry_count"]) == (202, "pending", 0)
    assert [
        row.payload["action_id"] for row in await acts(database, acme) if row.action == "action_retried"
    ] == [str(action_id)]


@pytest.mark.parametrize("status", ["completed", "executing"])
async def test_what_succeeded_or_is_at_work_is_not_repeated(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, status: str
) -> None:
    acme, _ = two_clients
    _, action_id = await add_action(database, acme, status=status)
    answer = await world.http.post(f"/v1/output-actions/{action_id}/retry", headers=await key_for(acme))
    assert (answer.status_code, answer.json()["code"]) == (409, "state_conflict")


async def test_a_secret_is_set_listed_by_name_and_removed(
    world: World, two_clients: Clients, database: Database
) -> None:
    acme, globex = two_clients
    admin, other = (
        await desk(world, database, acme, Role.ADMIN),
        await desk(world, database, globex, Role.ADMIN),
    )
    for value in ("planted-one", "planted-two"):
        put = await world.http.put("/v1/secrets/ERP_KEY", json={"value": value}, headers=admin)
        assert put.status_code == 204, put.text
    listed = await world.http.get("/v1/secrets", headers=admin)
    assert [row["name"] for row in listed.json()["data"]] == ["ERP_KEY"]
    assert "planted" not in listed.text
    assert (await world.http.get("/v1/secrets", headers=other)).json()["data"] == []
    assert (await world.http.delete("/v1/secrets/ERP_KEY", headers=other)).status_code == 404
    async with database.client(acme.client_id) as session:
        (row,) = (await session.scalars(select(ClientSecret))).all()
    assert world.container.sealing.open(row.value_sealed) == b"planted-two"
    assert "planted" not in str([row.payload for row in await acts(database, acme)])
    assert (await world.http.delete("/v1/secrets/ERP_KEY", headers=admin)).status_code == 204
    assert (await world.http.get("/v1/secrets", headers=admin)).json()["data"] == []


@pytest.mark.parametrize("name", ["lower", "9KEY", "A-B", "A" * 65])
async def test_a_secret_of_another_name_is_refused(
    world: World, two_clients: Clients, database: Database, name: str
) -> None:
    admin = await desk(world, database, two_clients[0], Role.ADMIN)
    answer = await world.http.put(f"/v1/secrets/{name}", json={"value": "x"}, headers=admin)
    assert answer.status_code == 422
    assert answer.json().get("detail") != "x"
