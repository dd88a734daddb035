"""Records on their way from the outbox into the log."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.db.outbox import OutboxRow
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.features.audit.messages import act_audit
from docflow.features.audit.verify import verify
from docflow.testing.database import DatabaseUrls
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from docflow_audit.writer import AuditWriter
from sqlalchemy import text

from tests.integration.audit.records import logged
from tests.integration.engine.submitting import rows, submit, until_status


async def tell(database: Database, tenancy: Tenancy, count: int = 1, **payload: object) -> list[UUID]:
    """Audit rows about a person's acts, waiting in the outbox."""
    told = []
    async with database.client(tenancy.client_id) as session:
        for number in range(count):
            row = act_audit(
                client_id=tenancy.client_id,
                at=datetime.now(UTC),
                action="exported",
                by="user:1",
                payload={"number": number, **payload},
            )
            session.add(row)
            told.append(row.message_id)
    return told


async def drain(writer: AuditWriter) -> int:
    written = 0
    while batch := await writer.write_batch():
        written += batch
    return written


@pytest.fixture
def writer(audit_database: Database) -> AuditWriter:
    return AuditWriter(audit_database, batch=50)


async def test_each_record_is_written_once_and_leaves_the_outbox(
    database: Database, two_clients: tuple[Tenancy, Tenancy], writer: AuditWriter
) -> None:
    acme, globex = two_clients
    told = [await tell(database, acme, 70), await tell(database, globex, 5)]

    await drain(writer)

    assert [sorted(await logged(database, each)) for each in two_clients] == [sorted(ids) for ids in told]
    waiting = await rows(database, acme, "SELECT 1 FROM outbox WHERE topic LIKE 'audit.%'")
    assert not waiting


async def test_a_record_that_comes_again_is_written_once(
    database: Database, two_clients: tuple[Tenancy, Tenancy], writer: AuditWriter
) -> None:
    acme, _ = two_clients
    (audit_id,) = await tell(database, acme)
    (payload,) = [
        row.payload
        for row in await rows(database, acme, "SELECT payload FROM outbox WHERE message_id = :m", m=audit_id)
    ]
    await drain(writer)
    async with database.client(acme.client_id) as session:
        session.add(
            OutboxRow(message_id=audit_id, topic="audit.act", client_id=acme.client_id, payload=payload)
        )

    await drain(writer)

    assert await logged(database, acme) == [audit_id]


async def test_two_writers_write_nothing_twice(
    database: Database, audit_database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    told = await tell(database, acme, 120)
    stopping = asyncio.Event()
    writers = [AuditWriter(audit_database, batch=10, poll_s=0.01) for _ in range(2)]
    running = [asyncio.create_task(writer.run(stopping)) for writer in writers]

    async with asyncio.timeout(20):
        while len(await logged(database, acme)) < len(told):
            await asyncio.sleep(0.02)
    stopping.set()
    await asyncio.gather(*running)

    assert sorted(await logged(database, acme)) == sorted(told)
    assert (await verify(audit_database.nobody, acme.client_id)).ok


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"result": "SPLENDID"}, "IntegrityError"),
        # Refused while it is copied, which the driver tells in its own words.
        ({"result": None}, "NotNullViolation"),
    ],
)
async def test_a_record_that_cannot_be_written_is_kept_with_its_reason_and_stops_nobody(
    database: Database,
    audit_database: Database,
    two_clients: tuple[Tenancy, Tenancy],
    writer: AuditWriter,
    wrong: JsonObject,
    reason: str,
) -> None:
    acme, _ = two_clients
    before = await tell(database, acme, 20)
    bad = new_id()
    async with database.client(acme.client_id) as session:
        row = act_audit(client_id=acme.client_id, at=datetime.now(UTC), action="x")
        payload = dict(row.payload)
        payload["data"] = {**payload["data"], **wrong}
        session.add(OutboxRow(message_id=bad, topic="audit.act", client_id=acme.client_id, payload=payload))
    after = await tell(database, acme, 20)

    async with asyncio.timeout(20):
        while await rows(database, acme, "SELECT 1 FROM outbox WHERE topic LIKE 'audit.%' LIMIT 1"):
            await writer.write_batch()

    assert sorted(await logged(database, acme)) == sorted(before + after)
    async with audit_database.nobody() as session:
        dead = (
            await session.execute(text("SELECT reason FROM audit_dead WHERE message_id = :m"), {"m": bad})
        ).all()
    assert [row.reason for row in dead] == [reason]


async def test_a_record_of_another_form_is_kept_with_its_reason_and_stops_nobody(
    database: Database, audit_database: Database, two_clients: tuple[Tenancy, Tenancy], writer: AuditWriter
) -> None:
    acme, _ = two_clients
    bad = new_id()
    async with database.client(acme.client_id) as session:
        row = act_audit(client_id=acme.client_id, at=datetime.now(UTC), action="x")
        # The database gives such a number back as an integer of 301 digits.
        payload = {**row.payload, "data": ["SPLENDID", 1e300]}
        session.add(OutboxRow(message_id=bad, topic="audit.act", client_id=acme.client_id, payload=payload))
    told = await tell(database, acme, 3)

    async with asyncio.timeout(20):
        while await rows(database, acme, "SELECT 1 FROM outbox WHERE topic LIKE 'audit.%' LIMIT 1"):
            await writer.write_batch()

    assert sorted(await logged(database, acme)) == sorted(told)
    async with audit_database.nobody() as session:
        reason = await session.scalar(text("SELECT reason FROM audit_dead WHERE message_id = :m"), {"m": bad})
    assert reason == "AttributeError"


async def test_every_finish_has_exactly_one_record(
    database: Database, two_clients: tuple[Tenancy, Tenancy], writer: AuditWriter
) -> None:
    acme, _ = two_clients
    processes = await submit(database, acme, 10)
    async with open_worker(database, toy_pipeline()):
        await until_status(database, acme, processes, "completed")

    await drain(writer)

    found = await rows(
        database,
        acme,
        "SELECT r.run_id, r.attempt, a.stage_type, a.result, a.document_urls FROM stage_runs r"
        " LEFT JOIN audit_logs a ON a.run_id = r.run_id AND a.attempt = r.attempt",
    )
    assert len(found) == 40
    assert {(row.result, len(row.document_urls)) for row in found} == {("SUCCESS", 1)}


async def test_the_writer_may_do_nothing_else(audit_database: Database, database_urls: DatabaseUrls) -> None:
    for statement in (
        "UPDATE audit_logs SET result = 'FAILED'",
        "DELETE FROM audit_logs",
        "SELECT * FROM processes",
        "SELECT take_outbox(1, 1)",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with audit_database.nobody() as session:
                await session.execute(text(statement))
