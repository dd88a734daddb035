from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from docflow.db.database import Database
from docflow.features.processes.models import Process
from docflow.features.processes.repository import ProcessRepository
from docflow.features.processes.search import NEWEST, Search, id_bounds
from docflow.testing.factories import Tenancy, add_document, add_process
from sqlalchemy import select, text

from tests.integration.api.conftest import KeyFor, World

Clients = tuple[Tenancy, Tenancy]


def read(**fields: object) -> dict:
    return {"fields": {name: {"value": value, "confidence": 0.9} for name, value in fields.items()}}


@pytest.fixture
def ids(world: World):
    async def ask(headers: dict[str, str], query: str) -> list[str]:
        answer = await world.http.get(f"/v1/processes?{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        return [row["process_id"] for row in answer.json()["data"]]

    return ask


async def test_a_field_is_found_by_its_value_as_typed(
    two_clients: Clients, key_for: KeyFor, database: Database, ids
) -> None:
    acme, globex = two_clients
    one = str(
        await add_process(
            database, acme, extraction_result=read(total="119.00", number="R-0119", paid=True, rate=19)
        )
    )
    two = str(await add_process(database, acme, extraction_result=read(total="119.5", number="119")))
    await add_process(database, globex, extraction_result=read(total="119.00"))
    headers = await key_for(acme)
    assert await ids(headers, "field.total=119") == [one]
    assert await ids(headers, "field.total=119.000") == [one]
    assert await ids(headers, "field.number=R-0119") == [one]
    assert await ids(headers, "field.number=0119") == []
    assert await ids(headers, "field.number=119") == [two]
    assert await ids(headers, "field.paid=true&field.rate=19.0") == [one]
    assert await ids(headers, "field.paid=true&field.rate=20") == []
    assert await ids(headers, "field.nothing=x") == []
    assert await ids(headers, "field.total=119&status=pending") == [one]
    assert await ids(headers, "field.total=119&status=failed") == []


async def test_a_field_that_was_corrected_is_found_by_what_it_is_now(
    two_clients: Clients, key_for: KeyFor, database: Database, ids
) -> None:
    acme, _ = two_clients
    process_id = await add_process(database, acme, extraction_result=read(number="A"))
    async with database.client(acme.client_id) as session:
        row = await ProcessRepository(session, acme.client_id).get(process_id)
        row.extraction_result = read(number="B")
    headers = await key_for(acme)
    assert await ids(headers, "field.number=A") == []
    assert await ids(headers, "field.number=B") == [str(process_id)]


async def test_a_search_finds_what_was_read_as_people_type_it(
    two_clients: Clients, key_for: KeyFor, database: Database, ids
) -> None:
    acme, globex = two_clients
    values = read(invoice_number="LS-2026-0042", grand_total="1234.50", seller="Nordwind")
    one = str(await add_process(database, acme, extraction_result=values))
    await add_process(database, acme, extraction_result=read(invoice_number="LS-2026-00421", rows=4))
    await add_process(database, globex, extraction_result=values)
    headers = await key_for(acme)
    for typed in ("LS-2026-0042", "ls-2026-0042", "1234.5", "1234.50", "1.234,50", "1 234,50", "1,234.50"):
        assert await ids(headers, f"q={typed}") == [one], typed
    assert await ids(headers, "q=LS-2026-0042&status=failed") == []
    assert await ids(headers, "q=2026-0042") == []


async def test_a_value_of_nearly_all_processes_is_found_by_a_search(
    two_clients: Clients, key_for: KeyFor, database: Database, ids
) -> None:
    acme, _ = two_clients
    made = [str(await add_process(database, acme, extraction_result=read(currency="EUR"))) for _ in range(3)]
    async with database.client(acme.client_id) as session:
        for few in (1, 100):
            found = await Search("eur", few=few).where(session, acme.client_id)
            rows = await session.scalars(select(Process.process_id).where(found))
            assert sorted(map(str, rows)) == sorted(made)
    assert await ids(await key_for(acme), "q=EU") == []


@pytest.mark.parametrize(
    "typed", ["' OR ''='", "'; DROP TABLE processes; --", "\\' OR 1=1 --", "$$ OR true $$"]
)
async def test_what_is_typed_into_a_filter_is_never_sql(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, typed: str
) -> None:
    acme, globex = two_clients
    for tenancy in (acme, globex):
        await add_process(database, tenancy, external_id="PO-1", extraction_result=read(number="R-1"))
    headers = await key_for(acme)
    for name in ("q", "external_id", "created_by", "field.number", f"field.{typed}"):
        answer = await world.http.get("/v1/processes", params={name: typed}, headers=headers)
        assert (answer.status_code, answer.json().get("data", [])) in ((200, []), (422, [])), name
    assert len((await world.http.get("/v1/processes", headers=headers)).json()["data"]) == 1


async def test_pages_of_a_field_do_not_overlap(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    made = [str(await add_process(database, acme, extraction_result=read(a="x"))) for _ in range(5)]
    headers, seen, url = await key_for(acme), [], "/v1/processes?limit=2&field.a=x"
    while url:
        page = (await world.http.get(url, headers=headers)).json()
        seen += [row["process_id"] for row in page["data"]]
        url = page["next"]
    assert seen == made[::-1]


async def test_values_that_are_no_single_value_are_left_out(two_clients: Clients, database: Database) -> None:
    acme, _ = two_clients
    odd = {
        "fields": {"a": None, "b": {"value": None}, "c": {"value": [1]}, "d": "x", "n" * 201: {"value": 1}}
    }
    for extraction in (odd, {"fields": []}, {}, {"fields": {"long": {"value": "y" * 5000}}}):
        await add_process(database, acme, extraction_result=extraction)
    async with database.client(acme.client_id) as session:
        found = await session.execute(text("SELECT name, length(value) FROM process_fields"))
        assert [tuple(row) for row in found] == [("long", 255)]


async def test_q_finds_the_beginning_of_names_and_ids_in_any_case(
    two_clients: Clients, key_for: KeyFor, database: Database, ids
) -> None:
    acme, globex = two_clients
    named = await add_process(database, acme)
    await add_document(database, acme.client_id, named, file_name="Rechnung_50%.PDF")
    known = await add_process(database, acme, external_id="PO-Rechnung")
    other = await add_process(database, globex, external_id="Rechnung")
    headers = await key_for(acme)
    assert await ids(headers, "q=rechnung") == [str(known), str(named)]
    assert await ids(headers, "q=re") == [str(named)]
    assert await ids(headers, "q=RECHNUNG_50%25.p") == [str(named)]
    assert await ids(headers, "q=rechnung%25") == []
    assert await ids(headers, "q=po-") == [str(known)]
    assert await ids(headers, f"q={known}") == [str(known)]
    assert await ids(headers, f"q={str(known)[:35]}") == [str(known)]
    assert await ids(headers, f"q={other}") == []


async def test_q_finds_any_part_of_names_and_external_ids_of_the_own_client(
    two_clients: Clients, key_for: KeyFor, database: Database, ids
) -> None:
    acme, globex = two_clients
    named = await add_process(database, acme)
    await add_document(database, acme.client_id, named, file_name="Rechnung_50% Müller.PDF")
    known = await add_process(database, acme, external_id="PO-4711/Nord")
    other = await add_process(database, globex, external_id="PO-4711/Nord")
    await add_document(database, globex.client_id, other, file_name="Rechnung_50% Müller.PDF")
    headers = await key_for(acme)
    assert await ids(headers, "q=MÜLLER") == [str(named)]
    assert await ids(headers, "q=ung_50%25%20m") == [str(named)]
    assert await ids(headers, "q=ung_50_m") == []
    assert await ids(headers, "q=711/n") == [str(known)]
    assert await ids(headers, "q=711&status=failed") == []
    # Less than three characters are looked for at the beginning.
    assert await ids(headers, "q=11") == []
    assert await ids(headers, "q=po") == [str(known)]
    assert await ids(await key_for(globex), "q=nord") == [str(other)]


async def test_a_part_that_is_common_gives_the_same_list(two_clients: Clients, database: Database) -> None:
    """Where most of the newest fit, rows are looked at instead of an index."""
    acme, _ = two_clients
    for number in range(NEWEST // 10 + 5):
        await add_process(database, acme, external_id=f"no {number} of a batch")
    await add_process(database, acme, external_id="alone")
    async with database.client(acme.client_id) as session:
        by_row = await Search("a BATCH").where(session, acme.client_id)
        by_index = await Search("7 of a b").where(session, acme.client_id)
        assert len(list(await session.scalars(select(Process.process_id).where(by_row)))) == NEWEST // 10 + 5
        assert len(list(await session.scalars(select(Process.process_id).where(by_index)))) == 5


async def test_nobody_who_is_bound_to_no_client_finds_a_part(
    two_clients: Clients, database: Database
) -> None:
    await add_process(database, two_clients[0], external_id="PO-4711")
    async with database.nobody() as session:
        assert list(await session.scalars(text("SELECT find_by_part('4711', 10)"))) == []


async def test_a_beginning_that_many_share_gives_the_same_list(
    two_clients: Clients, database: Database
) -> None:
    """How many are few decides the plan alone, never the answer."""
    acme, _ = two_clients
    for number in range(4):
        process_id = await add_process(database, acme, external_id=f"x{number}" if number % 2 else None)
        await add_document(database, acme.client_id, process_id, file_name=f"x{number}.pdf")
    await add_process(database, acme, external_id="y")

    async def found(few: int) -> set[UUID]:
        async with database.client(acme.client_id) as session:
            condition = await Search("X", few).where(session, acme.client_id)
            return set(await session.scalars(select(Process.process_id).where(condition)))

    assert len(await found(100)) == 4
    assert await found(2) == await found(100)


@pytest.mark.parametrize(
    "query", ["q=", f"q={'x' * 201}", "q=%00", "field.=x", "field.a=1&field.a=2", "field.a=%00"]
)
async def test_a_search_that_can_find_nothing_is_422(
    query: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    answer = await world.http.get(f"/v1/processes?{query}", headers=await key_for(two_clients[0]))
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"].startswith("/query/")


def test_the_beginning_of_an_id_is_a_range_of_ids() -> None:
    one = uuid4()
    for length in range(4, 37):
        bounds = id_bounds(str(one)[:length])
        assert bounds is not None, str(one)[:length]
        assert bounds[0] <= one <= bounds[1]
    for nothing in ("abc", "xyz1", "abcd-", f"{one}0", "0193a6a40000", ""):
        assert id_bounds(nothing) is None


async def test_bounds_of_time_are_exclusive(
    two_clients: Clients, key_for: KeyFor, database: Database, ids
) -> None:
    acme, _ = two_clients
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    process_id = str(await add_process(database, acme, created_at=at))
    headers = await key_for(acme)
    assert await ids(headers, "created_after=2026-01-01T12:00:00Z") == []
    assert await ids(headers, "created_before=2026-01-01T12:00:00Z") == []
    assert await ids(headers, "created_after=2026-01-01T11:59:59Z&created_before=2026-01-01T12:00:01Z") == [
        process_id
    ]
