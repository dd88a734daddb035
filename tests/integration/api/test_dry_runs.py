"""A configuration tried on a stored document."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.features.processes.models import Process
from docflow.testing.factories import Tenancy, add_document, add_page, add_process
from sqlalchemy import func, select

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.tenants import code, draft, platform, pointers
from tests.integration.api.words import words

Clients = tuple[Tenancy, Tenancy]
__all__ = ["platform"]

LINES = (
    ("Invoice No", "INV-4711"),
    ("Customer", "Umbrella Ltd"),
    ("Net total", "100.00 EUR"),
    ("Total", "119.00 EUR"),
)
LEASE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "x-kind": "id", "x-labels": ["Invoice No"]},
        "net_total": {"type": "string", "x-kind": "money", "x-labels": ["Net total"]},
    },
    "required": ["invoice_number", "net_total"],
}


async def read_document(world: World, database: Database, tenancy: Tenancy, **columns: Any) -> UUID:
    """A document of a process, as reading leaves it."""
    process_id = await add_process(database, tenancy)
    given = {
        "status": "completed",
        "text_source": "text_layer",
        "ocr_confidence": 1,
        "extracted_data": {"fields": {}, "tables": {}},
        **columns,
    }
    document_id = await add_document(database, tenancy.client_id, process_id, **given)
    key = f"{tenancy.client_id}/{document_id}.words/1"
    await world.blobs.put(key, words(LINES))
    await add_page(database, tenancy.client_id, document_id, key)
    return document_id


async def tried(
    world: World, headers: dict[str, str], document_id: UUID, tenancy: Tenancy, **config: Any
) -> dict[str, Any]:
    made = await draft(world, headers, tenancy.process_type_id, **{"output_schema": LEASE, **config})
    answer = await world.http.post(
        f"/v1/configurations/{made['config_id']}/dry-run",
        json={"document_id": str(document_id)},
        headers=headers,
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_draft_reads_what_it_names_from_the_stored_words(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    document_id = await read_document(world, database, acme)
    shown = await tried(world, await key_for(acme), document_id, acme, confidence_threshold=0.1)
    assert shown["result"]["data"] == {"invoice_number": "INV-4711", "net_total": "100.00"}
    assert shown["result"]["fields"]["net_total"]["page"] == 1
    assert (shown["status"], shown["reasons"], shown["read_again"]) == ("completed", [], True)


async def test_it_tells_what_would_be_held_and_why(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    document_id = await read_document(world, database, acme)
    rules = [{"field": "net_total", "rule": "greater_than", "value": "500"}]
    headers = await key_for(acme)
    held = await tried(world, headers, document_id, acme, validation_rules=rules, confidence_threshold=0.1)
    failed = await tried(
        world,
        headers,
        document_id,
        acme,
        validation_rules=rules,
        confidence_threshold=0.1,
        enable_hitl=False,
    )
    assert held["status"] == "hitl_review"
    assert [(reason["code"], reason["field"]) for reason in held["reasons"]] == [("rule_failed", "net_total")]
    assert held["result"]["validation"]["ok"] is False
    assert failed["status"] == "failed"


async def test_nothing_is_kept_of_it(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    document_id = await read_document(world, database, acme)

    async def state() -> object:
        async with database.client(acme.client_id) as session:
            processes = await session.scalar(select(func.count()).select_from(Process))
            versions = (await session.execute(select(Process.version, Process.extraction_result))).all()
        return processes, versions, await world.stored(acme)

    before = await state()
    await tried(world, await key_for(acme), document_id, acme)
    assert await state() == before


async def test_a_structured_invoice_is_judged_by_what_it_stated(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    stated = {"value": "INV-9", "confidence": 0.99, "page": None, "box": None, "source": "xml", "checks": []}
    document_id = await read_document(
        world,
        database,
        acme,
        text_source="xml",
        extracted_data={"fields": {"invoice_number": stated, "other": stated}, "tables": {}},
    )
    shown = await tried(world, await key_for(acme), document_id, acme)
    assert (shown["read_again"], shown["status"]) == (False, "hitl_review")
    assert set(shown["result"]["fields"]) == {"invoice_number"}
    assert [reason["code"] for reason in shown["reasons"]] == ["field_missing"]


async def test_a_document_that_was_not_read_is_a_conflict_and_a_foreign_one_404(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    headers = await key_for(acme)
    waiting = await read_document(world, database, acme, status="pending", extracted_data=None)
    foreign = await read_document(world, database, globex)
    address = f"/v1/configurations/{acme.config_id}/dry-run"
    answers = [
        await world.http.post(address, json={"document_id": str(one)}, headers=headers)
        for one in (waiting, foreign, uuid4())
    ]
    theirs = await world.http.post(
        f"/v1/configurations/{globex.config_id}/dry-run", content=b"{", headers=headers
    )
    assert [code(answer) for answer in answers] == [
        (409, "state_conflict"), (404, "not_found"), (404, "not_found"),
    ]  # fmt: skip
    assert code(theirs) == (404, "not_found")


async def test_a_faulty_draft_is_refused_before_anything_is_read(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    document_id = await read_document(world, database, acme)
    made = await draft(world, headers, acme.process_type_id, output_schema={"type": "nonsense"})
    answer = await world.http.post(
        f"/v1/configurations/{made['config_id']}/dry-run",
        json={"document_id": str(document_id)},
        headers=headers,
    )
    assert (code(answer), pointers(answer)) == ((422, "configuration_invalid"), ["/output_schema/type"])


@pytest.mark.parametrize("scopes", [(Scope.CONFIG_WRITE,), (Scope.RESULTS_READ,)])
async def test_it_needs_the_right_to_configure_and_to_read_results(
    world: World, two_clients: Clients, key_for: KeyFor, scopes: tuple[Scope, ...]
) -> None:
    acme, _ = two_clients
    answer = await world.http.post(
        f"/v1/configurations/{acme.config_id}/dry-run", json={}, headers=await key_for(acme, *scopes)
    )
    assert code(answer) == (403, "forbidden")


async def test_a_platform_administrator_sees_no_document(
    world: World, platform: dict[str, str], two_clients: Clients
) -> None:
    answer = await world.http.post(
        f"/v1/configurations/{two_clients[0].config_id}/dry-run", json={}, headers=platform
    )
    assert code(answer) == (403, "forbidden")
