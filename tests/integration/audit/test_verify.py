"""What somebody with all rights can do to the log, and how it shows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from docflow.db.database import Database
from docflow.features.audit.verify import verify
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow_audit.writer import AuditWriter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.integration.audit.test_writer import drain, tell
from tests.integration.engine.submitting import rows


@pytest.fixture
async def intruder(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """A database administrator who turns the triggers off."""
    opened = Database(database_urls.admin, pool_size=1, max_overflow=0)
    async with opened.nobody() as session:
        await session.execute(text("ALTER TABLE audit_logs DISABLE TRIGGER ALL"))
    async with opened.nobody() as session:
        for (partition,) in (
            await session.execute(
                text(
                    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass"
                )
            )
        ).all():
            await session.execute(text(f"ALTER TABLE {partition} DISABLE TRIGGER ALL"))
    yield opened
    await opened.aclose()


@pytest.fixture
async def chained(
    database: Database, audit_database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> Tenancy:
    """A client with ten records in its chain."""
    acme, _ = two_clients
    await tell(database, acme, 10, share=0.5, deep={"a": [1, None, "ü"]})
    await drain(AuditWriter(audit_database, batch=4))
    return acme


async def broken(audit_database: Database, tenancy: Tenancy) -> list[tuple[int, str]]:
    """However the chain is cut into pages."""
    found, *others = [
        await verify(audit_database.nobody, tenancy.client_id, page=page) for page in (1, 3, 50)
    ]
    assert others == [found, found]
    return [(each.seq, each.kind) for each in found.broken]


async def tamper(intruder: Database, sql: str, tenancy: Tenancy) -> None:
    async with intruder.nobody() as session:
        await session.execute(text(sql), {"c": tenancy.client_id})


async def test_an_untouched_chain_verifies(audit_database: Database, chained: Tenancy) -> None:
    found = await verify(audit_database.nobody, chained.client_id)
    assert (found.ok, found.checked, found.chains) == (True, 10, 1)


async def test_a_client_verifies_its_own_chain_alone(database: Database, chained: Tenancy) -> None:
    found = await verify(partial(database.client, chained.client_id))
    assert (found.ok, found.chains) == (True, 1)


async def test_no_transaction_is_held_from_page_to_page(audit_database: Database, chained: Tenancy) -> None:
    opened, most, in_hand = 0, 0, 0

    @asynccontextmanager
    async def opening() -> AsyncIterator[AsyncSession]:
        nonlocal opened, most, in_hand
        opened, in_hand = opened + 1, in_hand + 1
        most = max(most, in_hand)
        async with audit_database.nobody() as session:
            yield session
        in_hand -= 1

    found = await verify(opening, chained.client_id, page=2)
    assert (found.ok, found.checked) == (True, 10)
    assert (opened, most) == (6, 1), "five pages, and a look behind the last"


async def test_a_chain_that_is_gone_shows_by_its_heads(
    audit_database: Database, intruder: Database, chained: Tenancy
) -> None:
    await tamper(intruder, "DELETE FROM audit_logs WHERE client_id = :c", chained)
    found = await verify(audit_database.nobody)
    gone = [(each.seq, each.kind) for each in found.broken if each.client_id == chained.client_id]
    assert gone == [(4, "cut"), (8, "cut"), (10, "cut")]


async def test_a_changed_column_shows(audit_database: Database, intruder: Database, chained: Tenancy) -> None:
    await tamper(
        intruder, "UPDATE audit_logs SET error_message = 'x' WHERE client_id = :c AND seq = 4", chained
    )
    assert await broken(audit_database, chained) == [(4, "changed")]


async def test_a_changed_canonical_form_shows(
    audit_database: Database, intruder: Database, chained: Tenancy
) -> None:
    await tamper(
        intruder, "UPDATE audit_logs SET canonical = '\\x7b7d' WHERE client_id = :c AND seq = 5", chained
    )
    assert await broken(audit_database, chained) == [(5, "changed")]


async def test_a_deleted_record_shows(audit_database: Database, intruder: Database, chained: Tenancy) -> None:
    await tamper(intruder, "DELETE FROM audit_logs WHERE client_id = :c AND seq = 6", chained)
    assert (7, "missing") in await broken(audit_database, chained)


async def test_an_inserted_record_shows(
    audit_database: Database, intruder: Database, chained: Tenancy
) -> None:
    columns = "timestamp, client_id, result, document_urls, payload, seq, prev_hash, hash, canonical"
    await tamper(
        intruder,
        f"INSERT INTO audit_logs (audit_id, {columns})"
        f" SELECT gen_random_uuid(), {columns} FROM audit_logs WHERE client_id = :c AND seq = 3",
        chained,
    )
    assert "inserted" in {kind for _, kind in await broken(audit_database, chained)}


async def test_swapped_records_show(audit_database: Database, intruder: Database, chained: Tenancy) -> None:
    await tamper(
        intruder, "UPDATE audit_logs SET seq = 5 - seq WHERE client_id = :c AND seq IN (2, 3)", chained
    )
    assert {seq for seq, _ in await broken(audit_database, chained)} >= {2, 3}


async def test_a_cut_tail_shows(audit_database: Database, intruder: Database, chained: Tenancy) -> None:
    await tamper(intruder, "DELETE FROM audit_logs WHERE client_id = :c AND seq > 8", chained)
    assert await broken(audit_database, chained) == [(10, "cut")]


async def test_a_chain_forged_anew_shows_at_the_remembered_heads(
    audit_database: Database, intruder: Database, chained: Tenancy
) -> None:
    await tamper(
        intruder,
        "UPDATE audit_logs SET canonical = convert_to(jsonb_set(convert_from(canonical, 'UTF8')::jsonb,"
        " '{error_message}', '\"x\"')::text, 'UTF8'), error_message = 'x' WHERE client_id = :c AND seq = 10",
        chained,
    )
    await tamper(
        intruder,
        "UPDATE audit_logs SET hash = sha256(prev_hash || int8send(seq) || canonical)"
        " WHERE client_id = :c AND seq = 10",
        chained,
    )
    assert await broken(audit_database, chained) == [(10, "rewritten")]


async def test_values_that_the_database_writes_in_another_way_are_no_change(
    database: Database, audit_database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    odd = {"small": 1e-7, "large": 10**20, "": [], "ключ": 'a\t"\\\x01/é\u2028', "b": {"bb": None, "a": True}}
    await tell(database, two_clients[0], 3, **odd)
    await drain(AuditWriter(audit_database))
    assert await broken(audit_database, two_clients[0]) == []


async def test_the_canonical_form_is_the_text_that_the_database_gives_it(
    database: Database, chained: Tenancy
) -> None:
    kept = await rows(database, chained, "SELECT convert_from(canonical, 'UTF8') AS kept FROM audit_logs")
    given = await rows(
        database, chained, "SELECT convert_from(canonical, 'UTF8')::jsonb::text AS given FROM audit_logs"
    )
    assert [row.kept for row in kept] == [row.given for row in given]


async def test_a_record_whose_canonical_form_is_no_json_shows_although_its_hash_is_right(
    audit_database: Database, intruder: Database, chained: Tenancy
) -> None:
    await tamper(
        intruder,
        "UPDATE audit_logs SET canonical = '\\xff', hash = sha256(prev_hash || int8send(seq) || '\\xff'::bytea)"
        " WHERE client_id = :c AND seq = 10",
        chained,
    )
    assert await broken(audit_database, chained) == [(10, "changed"), (10, "rewritten")]


@pytest.mark.parametrize(
    "change",
    [
        "result = 'FAILED'", "stage_type = 'OUTPUT'", "process_id = gen_random_uuid()", "run_id = gen_random_uuid()",
        "attempt = 2", "process_type_id = 'x'", "process_plugin_name = 'x'", "document_urls = '{x}'",
        "payload = payload || '{\"number\": 3.0000000000000000001}'", "token_usage = '{}'", "error_stack = ''",
        "timestamp = timestamp + interval '1 microsecond'", "audit_id = gen_random_uuid()",
    ],
)  # fmt: skip
async def test_a_change_of_any_column_shows(
    change: str, audit_database: Database, intruder: Database, chained: Tenancy
) -> None:
    await tamper(intruder, f"UPDATE audit_logs SET {change} WHERE client_id = :c AND seq = 4", chained)
    assert await broken(audit_database, chained) == [(4, "changed")]
