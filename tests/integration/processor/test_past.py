"""The client's other processes, as rules look at them, in the database's own index."""

from typing import Any
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.ports.past import Asked
from docflow.domain.stages import ProcessStatus
from docflow.features.processes.past import PastOfClient, parameters_of, query_of
from docflow.testing.factories import Tenancy, add_process
from docflow.testing.jobs import read_field
from sqlalchemy import text

NUMBER = Asked((("invoice_number", "0815"),))
BOTH = Asked((("invoice_number", "0815"), ("seller_vat_id", "DE1")))


async def read(
    database: Database, tenancy: Tenancy, number: str | None = "0815", vat: str = "DE1", **columns: Any
) -> UUID:
    fields = {
        "invoice_number": read_field(number),
        "seller_vat_id": read_field(vat),
        "total": read_field("2.50"),
    }
    rows = [{"article": read_field(name), "price": read_field("1.50"), "x": read_field("y")} for name in "ab"]
    extraction = {"fields": fields, "tables": {"lines": rows}}
    given = {"status": ProcessStatus.VALIDATING, "extraction_result": extraction, **columns}
    return await add_process(database, tenancy, **given)


async def like(database: Database, client: Tenancy, asked: Asked, own: UUID | None = None) -> list[UUID]:
    return [one.process_id for one in await PastOfClient(database, client.client_id, own).like(asked)]


async def test_another_process_with_the_same_values_is_found(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, globex = two_clients
    first, second = await read(database, acme), await read(database, acme)
    await read(database, acme, number="815")
    other_vendor = await read(database, acme, vat="DE2")
    assert await like(database, acme, BOTH, second) == [first]
    assert await like(database, acme, BOTH) == [second]
    assert await like(database, acme, NUMBER, second) == [other_vendor]
    assert await like(database, globex, NUMBER) == []


async def test_neither_the_own_process_nor_its_family_is_found(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    parent = await read(database, acme)
    child = await read(database, acme, parent_process_id=parent)
    assert await like(database, acme, BOTH, parent) == []
    assert await like(database, acme, BOTH, child) == []
    sister = await read(database, acme, parent_process_id=parent)
    assert await like(database, acme, BOTH, child) == [sister]


async def test_what_failed_or_was_cancelled_does_not_count(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await read(database, acme, status=ProcessStatus.FAILED)
    await read(database, acme, status=ProcessStatus.CANCELLED)
    assert await like(database, acme, BOTH, new_id()) == []


async def test_completed_ones_come_newest_first_with_what_was_asked(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    done = [await read(database, acme, number=str(n), status=ProcessStatus.COMPLETED) for n in range(4)]
    await read(database, acme)
    past = PastOfClient(database, acme.client_id, None)
    same = (("seller_vat_id", "DE1"),)
    found = await past.like(Asked(same, completed=True, field="total", limit=3))
    assert [one.process_id for one in found] == list(reversed(done[1:]))
    assert {(one.field or {})["value"] for one in found} == {"2.50"}
    (one,) = await past.like(Asked(same, completed=True, table="lines", columns=("article", "price")))
    assert one.rows == (
        {"article": {"value": "a"}, "price": {"value": "1.50"}},
        {"article": {"value": "b"}, "price": {"value": "1.50"}},
    )
    (none,) = await past.like(Asked(same, completed=True, table="other", columns=("article", "price")))
    assert (none.rows, none.field) == ((), None)


async def test_it_is_found_by_the_index(database: Database, two_clients: tuple[Tenancy, Tenancy]) -> None:
    acme, _ = two_clients
    async with database.client(acme.client_id) as session:
        await session.execute(
            text("""
            INSERT INTO processes (process_id, client_id, process_type_id, config_version, status, current_stage, extraction_result)
            SELECT gen_random_uuid(), :client_id, :type_id, 1, 'completed', 'OUTPUT',
                jsonb_build_object('fields', jsonb_build_object('invoice_number', jsonb_build_object('value', 'N' || n)))
            FROM generate_series(1, 3000) n
            """),
            {"client_id": acme.client_id, "type_id": acme.process_type_id},
        )
        asked = Asked((("invoice_number", "N77"), ("seller_vat_id", "DE1")))
        plan = await session.execute(
            text(f"EXPLAIN {query_of(asked)}"), parameters_of(asked, acme.client_id, new_id())
        )
        told = "\n".join(row[0] for row in plan)
    assert "ix_process_fields_list" in told
    assert "Seq Scan" not in told
