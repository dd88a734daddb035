"""What leaves by the outbox, and what is done from time to time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.db.database import Database
from docflow.db.roles import libpq_url
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.domain.messages import Message
from docflow.features.removals import repository as removals
from docflow.runtime.live_feed import snapshot_of
from docflow.runtime.outbox_relay import OutboxRelay
from docflow.runtime.periodic import JOBS, PeriodicJob, PeriodicLoop, PeriodicWork, jobs_over
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.database import DatabaseUrls
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from docflow.testing.transport import MemoryTransport
from docflow.testing.workbench import ThreadWorkbench
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.integration.engine.submitting import rows, state, submit, until_status


class Broker(MemoryTransport):
    """Keeps what was published; refuses while it is away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.published: list[Message] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.away:
            raise ConnectionError
        self.published.extend(messages)

    def of(self, process_id: UUID) -> list[Message]:
        return [message for message in self.published if message.process_id == process_id]


@pytest.fixture
def acme(two_clients: tuple[Tenancy, Tenancy]) -> Tenancy:
    return two_clients[0]


async def relay_all(relay: OutboxRelay) -> None:
    while await relay.relay_once():
        pass


async def test_each_change_of_a_process_is_published_once_with_its_version(
    database: Database, acme: Tenancy
) -> None:
    (process_id,) = await submit(database, acme)
    async with open_worker(database, toy_pipeline()):
        await until_status(database, acme, [process_id], "completed")
    broker = Broker()

    await relay_all(OutboxRelay(database, broker))

    assert [(message.type, message.data["version"]) for message in broker.of(process_id)] == [
        ("process.pending", 1),
        ("process.ingested", 2),
        ("process.validating", 3),
        ("process.validating", 4),
        ("process.completed", 5),
    ]


async def test_an_event_carries_the_state_as_the_row_has_it(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    broker = Broker()
    await relay_all(OutboxRelay(database, broker))
    snapshot = snapshot_of(broker.of(process_id)[0])
    process = await state(database, acme, process_id)
    assert snapshot is not None
    assert (snapshot.status, snapshot.version, snapshot.updated_at) == (
        process.status,
        process.version,
        process.updated_at,
    )


async def test_what_a_broker_refused_is_published_later(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    broker = Broker()
    broker.away = True
    relay = OutboxRelay(database, broker, hold_s=0)
    with pytest.raises(ConnectionError):
        await relay.relay_once()
    broker.away = False

    await relay_all(relay)

    assert [message.type for message in broker.of(process_id)] == ["process.pending"]


async def test_what_is_no_message_holds_up_no_other(
    database: Database, database_urls: DatabaseUrls, acme: Tenancy
) -> None:
    (process_id,) = await submit(database, acme)
    with psycopg.connect(libpq_url(database_urls.admin), autocommit=True) as connection:
        # Of a release to come, say, whose own relay will send it.
        connection.execute(
            "UPDATE outbox SET payload = payload - 'type' WHERE client_id = %s", [acme.client_id]
        )
    (other_id,) = await submit(database, acme)
    broker = Broker()

    await relay_all(OutboxRelay(database, broker))

    assert [message.type for message in broker.of(other_id)] == ["process.pending"]
    assert broker.of(process_id) == []
    with psycopg.connect(libpq_url(database_urls.admin)) as connection:
        left = connection.execute(
            "SELECT count(*) FROM outbox WHERE client_id = %s", [acme.client_id]
        ).fetchone()
        connection.execute("DELETE FROM outbox WHERE client_id = %s", [acme.client_id])
    assert left == (1,)


async def test_what_a_broker_refused_goes_as_soon_as_it_is_back(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    broker = Broker()
    broker.away = True
    relay = OutboxRelay(database, broker, hold_s=60)
    with pytest.raises(ConnectionError):
        await relay.relay_once()
    assert await OutboxRelay(database, broker).relay_once() == 0
    broker.away = False

    await relay_all(relay)

    assert [message.type for message in broker.of(process_id)] == ["process.pending"]


async def test_what_a_relay_could_not_publish_in_its_time_is_left_to_others(
    database: Database, acme: Tenancy
) -> None:
    (process_id,) = await submit(database, acme)
    broker = Broker()
    broker.away = True
    relay = OutboxRelay(database, broker, hold_s=0.05)
    with pytest.raises(ConnectionError):
        await relay.relay_once()
    await asyncio.sleep(0.1)
    broker.away = False

    await relay_all(OutboxRelay(database, broker))
    await relay_all(relay)

    assert [message.type for message in broker.of(process_id)] == ["process.pending"]


async def test_two_relays_publish_nothing_twice(database: Database, acme: Tenancy) -> None:
    processes = await submit(database, acme, 30)
    broker = Broker()
    await asyncio.gather(*(relay_all(OutboxRelay(database, broker, batch=5)) for _ in range(3)))
    assert sorted(m.process_id for m in broker.published if m.process_id in processes) == sorted(processes)


async def test_the_relay_leaves_audit_records_where_they_are(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    async with open_worker(database, toy_pipeline()):
        await until_status(database, acme, [process_id], "completed")
    await relay_all(OutboxRelay(database, Broker()))
    left = await rows(
        database,
        acme,
        "SELECT topic FROM outbox WHERE payload ->> 'process_id' = :p ORDER BY topic",
        p=str(process_id),
    )
    assert [row.topic for row in left] == [
        "audit.ingest",
        "audit.intelligent_ocr",
        "audit.intelligent_process",
        "audit.output",
    ]


async def test_nobody_can_confirm_an_audit_record_away(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    async with open_worker(database, toy_pipeline()):
        await until_status(database, acme, [process_id], "completed")
    waiting = await rows(database, acme, "SELECT message_id FROM outbox WHERE topic LIKE 'audit.%'")
    async with database.nobody() as session:
        gone = await session.scalar(
            text("SELECT confirm_outbox(:ids)"), {"ids": [row.message_id for row in waiting]}
        )
    assert gone == 0


async def test_model_calls_are_summed_once_into_run_process_and_record(
    database: Database, acme: Tenancy
) -> None:
    async def pay(job: Any, _ledger: Any) -> Any:
        from docflow.domain.outcomes import Advance

        await rows(
            database,
            acme,
            "INSERT INTO llm_calls (call_id, client_id, process_id, run_id, provider, model, tokens_input,"
            " tokens_output, outcome) VALUES (:i, :c, :p, :r, 'x', 'm-1', 100, 7, 'ok') RETURNING 1",
            i=new_id(),
            c=acme.client_id,
            p=job.process.process_id,
            r=job.run.run_id,
        )
        return Advance()

    (process_id,) = await submit(database, acme)
    async with open_worker(database, toy_pipeline(intelligent_ocr=pay, intelligent_process=pay)):
        await until_status(database, acme, [process_id], "completed")

    process = await state(database, acme, process_id)
    runs = await rows(
        database,
        acme,
        "SELECT tokens_input FROM stage_runs WHERE process_id = :p ORDER BY created_at",
        p=process_id,
    )
    told = await rows(
        database,
        acme,
        "SELECT payload #> '{data,token_usage}' AS usage FROM outbox WHERE payload ->> 'process_id' = :p"
        " AND topic = 'audit.intelligent_ocr'",
        p=str(process_id),
    )
    assert (process.total_tokens_input, process.total_tokens_output) == (200, 14)
    assert [run.tokens_input for run in runs] == [0, 100, 100, 0]
    assert [row.usage for row in told] == [{"input": 100, "output": 7, "model": "m-1"}]


async def test_one_of_many_processes_does_a_periodic_job(database: Database) -> None:
    done: list[int] = []

    async def do(_session: AsyncSession) -> None:
        done.append(1)
        await asyncio.sleep(0.05)

    job = PeriodicJob(f"test.{new_id()}", 3600, do)
    await asyncio.gather(*(PeriodicLoop(database, SystemClock(), (job,)).run_due() for _ in range(4)))
    assert done == [1]


async def test_a_periodic_job_that_fails_is_noted_and_not_repeated_at_once(database: Database) -> None:
    async def break_down(_session: AsyncSession) -> None:
        raise ValueError("119,00 EUR")

    job = PeriodicJob(f"test.{new_id()}", 3600, break_down)
    for _ in range(2):
        await PeriodicLoop(database, SystemClock(), (job,)).run_due()
    async with database.nobody() as session:
        noted = (
            await session.execute(text("SELECT * FROM periodic_runs WHERE name = :n"), {"n": job.name})
        ).all()
    assert [row.last_error for row in noted] == ["ValueError"]


class GoesAway(Database):
    """Is away from the moment that `is_away` is set."""

    is_away = False

    @asynccontextmanager
    async def nobody(self) -> AsyncIterator[AsyncSession]:
        if self.is_away:
            raise TransientError("the database is gone")
        async with super().nobody() as session:
            yield session


async def test_a_failure_that_cannot_be_noted_does_not_end_the_loop(
    database_urls: DatabaseUrls, database: Database
) -> None:
    async with aclosing(GoesAway(database_urls.app, pool_size=1)) as leaving:

        async def break_down(_: Database) -> None:
            leaving.is_away = True
            raise ValueError("119,00 EUR")

        job = PeriodicWork(f"test.{new_id()}", 3600, break_down)
        await PeriodicLoop(leaving, SystemClock(), (job,)).run_due()
        assert leaving.is_away


async def test_work_with_other_systems_is_done_without_a_transaction(database: Database) -> None:
    seen: list[Database] = []

    async def work(given: Database) -> None:
        seen.append(given)

    job = PeriodicWork(f"test.{new_id()}", 3600, work)
    await asyncio.gather(*(PeriodicLoop(database, SystemClock(), (job,)).run_due() for _ in range(4)))
    assert seen == [database]


async def test_files_whose_time_has_come_are_removed_by_the_loop(database: Database, acme: Tenancy) -> None:
    blobs, key = MemoryBlobs(), f"{acme.client_id}/x/a"
    await blobs.put(key, b"x")
    async with database.client(acme.client_id) as session:
        removals.plan(session, acme.client_id, [key], at=datetime.now(UTC))
    await PeriodicLoop(database, SystemClock(), jobs_over(blobs, ThreadWorkbench())).run_due()
    assert [info.key async for info in blobs.list(key)] == []


async def test_the_declared_jobs_run(database: Database) -> None:
    await PeriodicLoop(database, SystemClock(), JOBS).run_due()
    async with database.nobody() as session:
        noted = (await session.execute(text("SELECT name, last_error FROM periodic_runs"))).all()
    assert {(row.name, row.last_error) for row in noted} >= {
        ("engine.sweep", None),
        ("audit.partitions", None),
    }
