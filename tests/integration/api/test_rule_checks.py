from typing import Any
from uuid import uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.stages import ProcessStatus
from docflow.testing.factories import Tenancy, add_process
from docflow.testing.jobs import read_field

from tests.integration.api.conftest import KeyFor, World

Clients = tuple[Tenancy, Tenancy]
SCHEMA = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "x-kind": "id"},
        "total": {"type": "string", "x-kind": "money"},
        "line_items": {
            "type": "array",
            "items": {"type": "object", "properties": {"line_total": {"type": "string", "x-kind": "money"}}},
        },
    },
}
SUM = {"rule": "expression", "expr": "sum(line_items.map(line, line.line_total)) == total", "field": "total"}
DATA = {"total": "0.30", "line_items": [{"line_total": "0.10"}, {"line_total": 0.2}]}


async def checked(world: World, headers: dict[str, str], *rules: Any, **body: Any) -> list[dict[str, Any]]:
    answer = await world.http.post(
        "/v1/rules/check",
        json={"output_schema": SCHEMA, "validation_rules": list(rules), **body},
        headers=headers,
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def test_rules_are_tried_on_values_that_were_typed_in(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    headers = await key_for(two_clients[0])
    fine, wrong, unusable, zero = await checked(
        world,
        headers,
        SUM,
        {"field": "total", "rule": "greater_than", "value": 5, "severity": "warning"},
        {"rule": "expression", "expr": "totl > 1"},
        {"rule": "expression", "expr": "1 / (total - 0.3) > 1"},
        data=DATA,
    )
    assert fine == {"rule": 0, "problem": None, "findings": []}
    assert [(one["code"], one["severity"], one["field"]) for one in wrong["findings"]] == [
        ("greater_than", "warning", "total")
    ]
    assert (unusable["findings"], "at character 1" in unusable["problem"]) == ([], True)
    assert [one["code"] for one in zero["findings"]] == ["rule_failed_to_run"]


async def test_rules_are_tried_on_what_a_process_read(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    number = uuid4().hex
    extraction = {"fields": {"invoice_number": read_field(number), "total": read_field("9.00")}, "tables": {}}
    given = {"status": ProcessStatus.HITL_REVIEW, "extraction_result": extraction}
    await add_process(database, globex, **given)
    process_id = await add_process(database, acme, **given)
    unique = {"field": "invoice_number", "rule": "unique_in_client"}
    headers = await key_for(acme)
    (alone,) = await checked(world, headers, unique, process_id=str(process_id))
    other = await add_process(database, acme, **given)
    found, low = await checked(
        world,
        headers,
        unique,
        {"rule": "expression", "expr": "confidence.total < 0.9"},
        process_id=str(process_id),
    )
    assert alone["findings"] == []
    assert found["findings"][0]["places"] == [{"process_id": str(other), "field": "invoice_number"}]
    assert [one["code"] for one in low["findings"]] == ["expression"]
    assert number not in str([found, low])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"output_schema": {"type": "object", "properties": {"a": {"type": "nothing"}}}}, 422),
        ({"output_schema": {}}, 422),
        ({"data": {}, "process_id": str(uuid4())}, 422),
        ({"process_id": str(uuid4())}, 404),
        ({"validation_rules": [{}] * 501}, 422),
        ({"unknown": 1}, 422),
    ],
)
async def test_what_cannot_be_tried_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor, body: dict[str, Any], status: int
) -> None:
    answer = await world.http.post(
        "/v1/rules/check",
        json={"output_schema": SCHEMA, "validation_rules": [], **body},
        headers=await key_for(two_clients[0]),
    )
    assert answer.status_code == status, answer.text


async def test_another_client_s_process_is_not_there(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    process_id = await add_process(database, globex)
    # What is wrong with the rest is told to nobody who may not see the process.
    answer = await world.http.post(
        "/v1/rules/check",
        json={"output_schema": {}, "validation_rules": [], "process_id": str(process_id)},
        headers=await key_for(acme),
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_runaway_rules_end_and_leave_the_gateway_free(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    away = {
        "rule": "expression",
        "expr": "line_items.all(a, line_items.all(b, a.line_total + b.line_total > 0))",
    }
    lines = [{"line_total": "1.00"}] * 500
    found = await checked(world, await key_for(two_clients[0]), *[away] * 500, data={"line_items": lines})
    assert {code["code"] for one in found for code in one["findings"]} == {"rule_too_costly"}
