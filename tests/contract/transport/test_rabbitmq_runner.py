"""The engine's runner over a real RabbitMQ: hints carry the work, and polling does when there is no broker."""

import asyncio
from uuid import UUID

import pytest
from aio_pika.abc import AbstractChannel
from docflow.db.database import Database
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Advance, StageOutcome
from docflow.domain.stages import Stage
from docflow.runtime.settings import WorkerSettings
from docflow.testing.engine import QUICK, open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from docflow.testing.servers import RabbitServer

from tests.contract.transport.conftest import OpenTransport, settled
from tests.contract.transport.eventually import eventually
from tests.integration.engine.submitting import rows, submit, until_status

pytestmark = pytest.mark.full

#: So seldom that only a hint can explain that something was done.
HARDLY_POLLING = WorkerSettings(poll_s=60, heartbeat_s=0.2, expiry_s=5, stop_s=2, jobs_in_flight=4)


async def _runs(database: Database, tenancy: Tenancy, processes: list[UUID]) -> list[tuple[Stage, UUID]]:
    found = await rows(
        database,
        tenancy,
        "SELECT stage, run_id FROM stage_runs WHERE process_id = ANY(:ids) AND status = 'ready'",
        ids=processes,
    )
    return [(Stage(row.stage), row.run_id) for row in found]


async def test_hints_alone_bring_documents_through_all_stages(
    database: Database, two_clients: tuple[Tenancy, Tenancy], open_transport: OpenTransport
) -> None:
    gateway, worker = open_transport(), open_transport()
    acme = two_clients[0]
    async with open_worker(database, toy_pipeline(), settings=HARDLY_POLLING, transport=worker):
        await eventually(lambda: gateway.healthy and worker.healthy)
        processes = await submit(database, acme, 12)
        await gateway.hint(await _runs(database, acme, processes))
        await until_status(database, acme, processes, "completed")


async def test_hints_are_settled_when_the_work_is_done(
    database: Database,
    two_clients: tuple[Tenancy, Tenancy],
    open_transport: OpenTransport,
    channel: AbstractChannel,
) -> None:
    gateway, worker = open_transport(), open_transport()
    acme = two_clients[0]
    async with open_worker(database, toy_pipeline(), settings=HARDLY_POLLING, transport=worker):
        await eventually(lambda: gateway.healthy and worker.healthy)
        processes = await submit(database, acme, 12)
        await gateway.hint(await _runs(database, acme, processes))
        await until_status(database, acme, processes, "completed")
        await asyncio.sleep(1)
    await worker.aclose()
    left = [await channel.declare_queue(f"docflow.{name}", passive=True) for name in ("ocr", "output")]
    assert [each.declaration_result.message_count for each in left] == [0, 0]


async def test_a_broker_that_stops_in_flight_stops_no_work(
    database: Database,
    two_clients: tuple[Tenancy, Tenancy],
    open_transport: OpenTransport,
    broker: RabbitServer,
) -> None:
    async def slow(_job: Job, _ledger: Ledger) -> StageOutcome:
        await asyncio.sleep(0.05)
        return Advance()

    worker = open_transport()
    acme = two_clients[0]
    await eventually(lambda: worker.healthy)
    await settled()
    async with open_worker(database, toy_pipeline(intelligent_ocr=slow), settings=QUICK, transport=worker):
        processes = await submit(database, acme, 60)
        await asyncio.to_thread(broker.kill)
        await until_status(database, acme, processes, "completed")
        assert not worker.healthy
