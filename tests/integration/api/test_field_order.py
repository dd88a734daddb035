"""Fields come in the order in which the schema lists them, wherever they are shown or written."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from docflow.db.database import Database
from docflow.features.outputs.repository import final_output
from docflow.testing.factories import Tenancy, add_configuration, add_process, add_type
from sqlalchemy import text

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.tenants import draft, platform
from tests.unit.api.test_sheet import sheets

__all__ = ["platform"]

Clients = tuple[Tenancy, Tenancy]
#: Sorted neither by their names nor by the lengths of these, as a database would.
FIELDS, COLUMNS = ["vendor", "po", "amount_due", "date"], ["text", "quantity", "sum"]
STRING = {"type": ["string", "null"]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(FIELDS, STRING),
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": dict.fromkeys(COLUMNS, STRING)},
        },
    },
}


def listed(schema: dict[str, Any]) -> list[str]:
    properties = schema["properties"]
    return [*properties, *properties["lines"]["items"]["properties"]]


async def completed(database: Database, tenancy: Tenancy, name: str) -> UUID:
    read = {"value": "1", "confidence": 0.9}
    output = {
        "fields": {**dict.fromkeys(["zz", *reversed(FIELDS)], read)},
        "tables": {"lines": [dict.fromkeys(reversed(COLUMNS), read)]},
    }
    return await add_process(
        database,
        tenancy,
        process_type_id=name,
        status="completed",
        current_stage="OUTPUT",
        final_output=output,
    )


@pytest.fixture
async def form_type(database: Database, owner_database: Database, two_clients: Clients) -> str:
    name = await add_type(owner_database, f"form_{uuid4().hex[:8]}")
    await add_configuration(
        database, two_clients[0].client_id, name, output_schema=SCHEMA, schema_text=json.dumps(SCHEMA)
    )
    return name


async def test_a_schema_is_shown_as_it_was_written(
    world: World, two_clients: Clients, key_for: KeyFor, form_type: str
) -> None:
    headers = await key_for(two_clients[0])
    made = await draft(world, headers, form_type, output_schema=SCHEMA)
    address = f"/v1/configurations/{made['config_id']}"
    assert listed(made["output_schema"]) == listed(SCHEMA)
    turned = {"type": "object", "properties": dict(reversed(SCHEMA["properties"].items()))}
    await world.http.patch(
        address, json={"output_schema": turned}, headers=headers | {"If-Match": f'"{made["revision"]}"'}
    )
    shown = (await world.http.get(address, headers=headers)).json()["output_schema"]
    assert list(shown["properties"]) == list(turned["properties"])


async def test_a_schema_that_a_release_before_changes_is_shown_as_it_is_now(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, form_type: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = await draft(world, headers, form_type, output_schema=SCHEMA)
    async with database.client(acme.client_id) as session:
        changed = {"type": "object", "properties": {"other": STRING}}
        await session.execute(
            text(
                "UPDATE configurations SET output_schema = CAST(:new AS jsonb) WHERE config_id = :config_id"
            ),
            {"new": json.dumps(changed), "config_id": made["config_id"]},
        )
    shown = await world.http.get(f"/v1/configurations/{made['config_id']}", headers=headers)
    assert shown.json()["output_schema"] == changed


async def test_a_template_of_the_platform_keeps_its_order_and_so_do_its_copies(
    world: World, two_clients: Clients, key_for: KeyFor, platform: dict[str, str]
) -> None:
    name = f"notice_{uuid4().hex[:8]}"
    body = {"process_type_id": name, "display_name": "Notice", "default_version": 1}
    await world.http.post("/v1/process-types", json=body, headers=platform)
    made = await draft(world, platform, name, output_schema=SCHEMA)
    assert listed(made["output_schema"]) == listed(SCHEMA)
    turned = {**SCHEMA, "properties": dict(reversed(SCHEMA["properties"].items()))}
    changed = await world.http.patch(
        f"/v1/configurations/{made['config_id']}",
        json={"output_schema": turned},
        headers={**platform, "If-Match": f'"{made["revision"]}"'},
    )
    assert listed(changed.json()["output_schema"]) == listed(turned)


async def test_a_result_is_written_in_the_order_of_its_schema(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, form_type: str
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    process_id = await completed(database, acme, form_type)
    url = f"/v1/processes/{process_id}/result"
    shown = (await world.http.get(url, headers=headers)).json()
    assert (list(shown["fields"]), list(shown["tables"]["lines"][0])) == ([*FIELDS, "zz"], COLUMNS)
    table = (await world.http.get(f"{url}?format=csv", headers=headers)).text.splitlines()[0]
    assert table.split(",") == [*FIELDS, "zz", *(f"lines.{column}" for column in COLUMNS)]
    body = {"process_ids": [str(process_id)]}
    book = sheets((await world.http.post("/v1/exports", json=body, headers=headers)).content)
    heads = [rows[0][5:] for rows in book.values()]
    assert heads == [[*FIELDS, "zz"], COLUMNS]


async def test_an_action_sends_a_result_in_the_order_of_its_schema(
    database: Database, two_clients: Clients, form_type: str
) -> None:
    acme, _ = two_clients
    process_id = await completed(database, acme, form_type)
    async with database.client(acme.client_id) as session:
        result = await final_output(session, acme.client_id, process_id)
    assert result is not None
    assert (list(result["fields"]), list(result["tables"]["lines"][0])) == ([*FIELDS, "zz"], COLUMNS)
