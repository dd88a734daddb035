"""Records on their way through the stream into the log."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.domain.messages import Message
from docflow.features.audit.messages import act_audit
from docflow.features.audit.verify import verify
from docflow.runtime.outbox_relay import AUDIT, OutboxRelay
from docflow.testing.audit_stream import MemoryAuditStream
from docflow.testing.factories import Tenancy
from docflow.testing.transport import MemoryTransport
from docflow_audit.stream_writer import Refilled, StreamWriter
from docflow_audit.writer import AuditWriter
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.integration.audit.records import logged
from tests.integration.engine.submitting import rows


class StreamTransport(MemoryTransport):
    """Publishes into a stream; refuses while it is away."""

    def __init__(self, stream: MemoryAuditStream) -> None:
        super().__init__()
        self.stream = stream
        self.away = False

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.away:
            raise TransientError("away", code="broker_unavailable", after_s=1)
        self.stream.append(*(orjson.dumps(message.as_json()) for message in messages))


@pytest.fixture
def stream() -> MemoryAuditStream:
    return MemoryAuditStream(batch=40)


@pytest.fixture
def transport(stream: MemoryAuditStream) -> StreamTransport:
    return StreamTransport(stream)


async def tell(database: Database, tenancy: Tenancy, count: int = 1) -> list[UUID]:
    async with database.client(tenancy.client_id) as session:
        told = [
            act_audit(client_id=tenancy.client_id, at=datetime.now(UTC), action="exported")
            for _ in range(count)
        ]
        session.add_all(told)
    return [row.message_id for row in told]


async def waiting(database: Database, tenancy: Tenancy) -> set[UUID]:
    found = await rows(database, tenancy, "SELECT message_id FROM outbox WHERE topic LIKE 'audit.%'")
    return {row.message_id for row in found}


async def until_logged(database: Database, tenancy: Tenancy, count: int) -> list[UUID]:
    async with asyncio.timeout(20):
        while len(found := await logged(database, tenancy)) < count:
            await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def reading(*writers: StreamWriter) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(writer.run(stopping)) for writer in writers]
    yield
    stopping.set()
    await asyncio.gather(*tasks)


@pytest.fixture
def writer(
    audit_database: Database, stream: MemoryAuditStream, two_clients: tuple[Tenancy, Tenancy]
) -> StreamWriter:
    return StreamWriter(audit_database, stream, reader=str(two_clients[0].client_id))


async def test_a_record_is_published_stays_and_leaves_with_being_written(
    database: Database,
    transport: StreamTransport,
    writer: StreamWriter,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    acme, _ = two_clients
    told = await tell(database, acme, 100)
    await OutboxRelay(database, transport, AUDIT).relay_once()
    assert await waiting(database, acme) == set(told)
    async with reading(writer):
        assert sorted(await until_logged(database, acme, 100)) == sorted(told)
    assert await waiting(database, acme) == set()


async def test_a_record_is_published_once_while_it_is_held(
    database: Database, transport: StreamTransport, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    await tell(database, acme, 3)
    relay = OutboxRelay(database, transport, AUDIT)
    assert await relay.relay_once() >= 3
    assert await relay.relay_once() == 0


async def test_reading_goes_on_where_the_last_writer_ended(
    database: Database,
    audit_database: Database,
    stream: MemoryAuditStream,
    transport: StreamTransport,
    writer: StreamWriter,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    acme, _ = two_clients
    await tell(database, acme, 10)
    await OutboxRelay(database, transport, AUDIT, hold_s=0).relay_once()
    async with reading(writer):
        await until_logged(database, acme, 10)
    stream.forget_before(10)
    await tell(database, acme, 5)
    await OutboxRelay(database, transport, AUDIT).relay_once()
    again = StreamWriter(audit_database, stream, reader=str(acme.client_id))
    with capture_logs() as logs:
        async with reading(again):
            await until_logged(database, acme, 15)
    assert [each["event"] for each in logs if each["event"] == "audit.stream_gap"] == []


async def test_two_readers_write_each_record_once_in_one_chain(
    database: Database,
    audit_database: Database,
    stream: MemoryAuditStream,
    transport: StreamTransport,
    writer: StreamWriter,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    acme, _ = two_clients
    told = await tell(database, acme, 150)
    other = StreamWriter(audit_database, stream, reader=str(acme.client_id))
    async with reading(writer, other):
        await OutboxRelay(database, transport, AUDIT).relay_once()
        found = await until_logged(database, acme, 150)
    assert sorted(found) == sorted(told)
    assert (await verify(audit_database.nobody, acme.client_id)).ok


async def test_what_the_stream_has_lost_is_said_and_written_from_the_outbox(
    database: Database,
    audit_database: Database,
    stream: MemoryAuditStream,
    transport: StreamTransport,
    writer: StreamWriter,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    acme, _ = two_clients
    told = await tell(database, acme, 20)
    await OutboxRelay(database, transport, AUDIT).relay_once()
    stream.forget_before(12)
    with capture_logs() as logs:
        async with reading(writer):
            await until_logged(database, acme, 8)
    assert [each["gap"] for each in logs if each["event"] == "audit.stream_gap"] == ["expired"]
    late = AuditWriter(audit_database, late_s=0.001)
    while await late.write_batch():
        pass
    assert sorted(await logged(database, acme)) == sorted(told)
    assert await waiting(database, acme) == set()


async def test_with_the_broker_away_records_go_the_direct_way_once_they_are_late(
    database: Database,
    audit_database: Database,
    transport: StreamTransport,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    acme, _ = two_clients
    transport.away = True
    told = await tell(database, acme, 5)
    with pytest.raises(TransientError):
        await OutboxRelay(database, transport, AUDIT).relay_once()
    assert await AuditWriter(audit_database, late_s=3600).write_batch() == 0
    late = AuditWriter(audit_database, late_s=0.001)
    while await late.write_batch():
        pass
    assert sorted(await logged(database, acme)) == sorted(told)


async def test_a_record_that_cannot_be_read_stands_alone_among_the_dead(
    database: Database,
    audit_database: Database,
    stream: MemoryAuditStream,
    transport: StreamTransport,
    writer: StreamWriter,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    acme, _ = two_clients
    await tell(database, acme, 7)
    bad = f"not a record of {acme.client_id}".encode()
    relay = OutboxRelay(database, transport, AUDIT)
    await relay.relay_once()
    stream.append(bad)
    await tell(database, acme, 7)
    await relay.relay_once()
    async with reading(writer):
        await until_logged(database, acme, 14)
    async with audit_database.nobody() as session:
        dead = await session.execute(text("SELECT reason FROM audit_dead WHERE message = :m"), {"m": bad})
        assert dead.scalars().all() == ["JSONDecodeError"]


async def test_a_refill_writes_what_is_missing_and_nothing_twice(
    database: Database,
    transport: StreamTransport,
    writer: StreamWriter,
    two_clients: tuple[Tenancy, Tenancy],
) -> None:
    acme, _ = two_clients
    await tell(database, acme, 6)
    await OutboxRelay(database, transport, AUDIT).relay_once()
    assert (await writer.refill(quiet_s=0.05)).written >= 6
    again = await writer.refill(quiet_s=0.05)
    assert (again.read >= 6, again.written) == (True, 0)
    assert again == Refilled(again.read, 0)
