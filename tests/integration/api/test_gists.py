"""Whom a document is of and what it is about, in the queue of reviews and the list of processes."""

from collections.abc import Mapping
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.testing.factories import Tenancy, add_configuration, add_process
from sqlalchemy import event

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_reading import held

Clients = tuple[Tenancy, Tenancy]
LEASE = {
    "type": "object",
    "properties": {
        "seller_name": {"type": "string"},
        "tenant": {"type": "object", "properties": {"name": {"type": "string", "x-role": "sender"}}},
        "rent": {"type": "string", "x-kind": "money", "x-role": "amount"},
    },
}
RECEIPT = {"company": "Maple & Pine", "total": 1299.5, "currency": None}
LEASED = {"seller_name": "An agent", "tenant.name": "Ann Ash", "rent": "900.00", "currency": "EUR"}


def read(values: Mapping[str, object]) -> dict[str, object]:
    return {"fields": {name: {"value": value, "confidence": 0.9} for name, value in values.items()}}


async def shown(
    world: World, path: str, headers: dict[str, str]
) -> dict[str, tuple[str | None, str | None, str | None]]:
    answer = await world.http.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    rows = answer.json()["data"]
    return {row["process_id"]: (row["seller"], row["amount"], row["currency"]) for row in rows}


async def test_both_lists_show_the_fields_of_known_names(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    receipt = await held(database, acme, extraction_result=read(RECEIPT))
    unread = await held(database, acme, extraction_result=None)
    headers = await key_for(acme)
    expected = {receipt: ("Maple & Pine", "1299.5", None), unread: (None, None, None)}
    assert await shown(world, "/v1/reviews", headers) == expected
    assert await shown(world, "/v1/processes", headers) == expected


async def test_the_schema_of_each_process_says_which_fields_are_shown(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    await add_configuration(database, acme.client_id, acme.process_type_id, 2, output_schema=LEASE)
    lease = await held(database, acme, config_version=2, extraction_result=read(LEASED))
    before = await held(database, acme, extraction_result=read(LEASED))
    headers = await key_for(acme)
    expected = {lease: ("Ann Ash", "900", "EUR"), before: ("An agent", None, "EUR")}
    assert await shown(world, "/v1/reviews", headers) == expected
    assert await shown(world, "/v1/processes", headers) == expected


async def test_who_may_not_read_results_is_not_told_values_by_the_list(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    receipt = await add_process(database, acme, extraction_result=read(RECEIPT))
    headers = await key_for(acme, Scope.PROCESSES_READ)
    assert await shown(world, "/v1/processes", headers) == {str(receipt): (None, None, None)}


async def test_a_page_asks_as_often_for_many_processes_as_for_one(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    counts: list[int] = []
    made: list[UUID] = []
    for rows in (1, 12):
        while len(made) < rows:
            made.append(await add_process(database, acme, extraction_result=read(RECEIPT)))
        counts.append(await _statements(world, headers))
    assert counts[0] == counts[1]


async def _statements(world: World, headers: dict[str, str]) -> int:
    engine = world.container.database.engine.sync_engine
    asked: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        await world.http.get("/v1/processes", headers=headers)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)
