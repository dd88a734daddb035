"""Both services as they run: from values that were read to a file, a signed result and a signed callback."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.stages import ProcessStatus, Stage
from docflow.features.webhooks.service import callback_endpoint
from docflow.runtime.container import Container
from docflow.runtime.metrics import Metrics
from docflow.runtime.settings import Settings, WorkerSettings
from docflow.runtime.tracing import Tracing
from docflow.testing.factories import Tenancy, add_configuration, add_process, add_run
from docflow.testing.jobs import read_field
from docflow.testing.mail import MemoryMail
from docflow.testing.transport import MemoryTransport
from docflow_output.service import SERVICE as OUTPUT
from docflow_processor.service import SERVICE as PROCESSOR
from sqlalchemy import text
from standardwebhooks import Webhook

from tests.integration.output.conftest import Output, SystemClock
from tests.integration.output.receiver import receiving

READ = {
    "fields": {"invoice_number": read_field("INV-7"), "grand_total": read_field("119.00")},
    "tables": {},
    "documents": [],
}


@asynccontextmanager
async def running(output: Output) -> AsyncIterator[None]:
    """The services until the end of the block; both must end by themselves."""
    given = {
        "settings": Settings(worker=WorkerSettings(poll_s=0.05)),
        "stopping": asyncio.Event(),
        "clock": SystemClock(),
        "database": output.database,
        "beat_database": output.database,
        "blobs": output.blobs,
        "transport": MemoryTransport(),
        "egress": output.egress,
        "sealing": output.sealing,
        "mail": MemoryMail(),
        "metrics": Metrics(),
        "tracing": Tracing(),
    }
    # These services use nothing else of what a program holds.
    container = Container(**{part.name: given.get(part.name) for part in fields(Container)})
    services = asyncio.gather(*(service.run(container) for service in (PROCESSOR, OUTPUT)))
    try:
        yield
    finally:
        container.stopping.set()
        async with asyncio.timeout(15):
            await services


async def until(database: Database, client_id: UUID, sql: str, holds: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(20):
        while True:
            async with database.client(client_id) as session:
                found = (await session.execute(text(sql))).mappings().all()
            if holds(found):
                return found
            await asyncio.sleep(0.05)


async def start(output: Output, tenancy: Tenancy, version: int, **columns: Any) -> UUID:
    process_id = await add_process(
        output.database,
        tenancy,
        config_version=version,
        status=ProcessStatus.VALIDATING,
        current_stage=Stage.INTELLIGENT_PROCESS,
        **columns,
    )
    await add_run(output.database, tenancy.client_id, process_id, Stage.INTELLIGENT_PROCESS)
    return process_id


async def test_a_sound_reading_becomes_a_file_a_signed_result_and_a_callback(output: Output) -> None:
    tenancy = output.tenancy
    async with receiving() as receiver:
        actions = [
            {"action_type": "file_export", "target_config": {"file_name": "{external_id}"}},
            {"action_type": "webhook", "target_config": {"url": receiver.url}},
        ]
        await add_configuration(
            output.database, tenancy.client_id, tenancy.process_type_id, 2, output_actions=actions
        )
        async with output.database.client(tenancy.client_id) as session:
            row = await callback_endpoint(session, tenancy.client_id, output.sealing)
            secret = output.sealing.open(row.secret_sealed).decode()
        await start(output, tenancy, 2, extraction_result=READ, callback_url=receiver.url, external_id="A-1")
        async with running(output):
            done = "SELECT status FROM output_actions UNION ALL SELECT state FROM webhook_deliveries"
            await until(
                output.database,
                tenancy.client_id,
                done,
                lambda rows: (
                    len(rows) == 3 and {r["status"] for r in rows} <= {"completed", "delivered", "failed"}
                ),
            )
    bodies = [Webhook(secret).verify(body, headers) for headers, body in receiver.requests]
    assert sorted(body["type"] for body in bodies) == ["process.completed", "process.result"]
    keys = [info.key async for info in output.blobs.list(f"{tenancy.client_id}/exports/")]
    assert json.loads(await output.blobs.get(keys[0]))["data"] == {
        "invoice_number": "INV-7",
        "grand_total": "119.00",
    }


async def test_a_doubtful_reading_waits_for_a_person_and_sends_nothing(output: Output) -> None:
    doubtful = {**READ, "fields": {**READ["fields"], "grand_total": read_field("119.00", 0.2)}}
    await start(output, output.tenancy, 1, extraction_result=doubtful)
    async with running(output):
        rows = await until(
            output.database,
            output.tenancy.client_id,
            "SELECT status, review_reasons FROM processes",
            lambda rows: rows[0]["status"] != "validating",
        )
    assert rows[0]["status"] == "hitl_review"
    assert [(r["code"], r["field"]) for r in rows[0]["review_reasons"]] == [("confidence_low", "grand_total")]
    async with output.database.client(output.tenancy.client_id) as session:
        assert await session.scalar(text("SELECT count(*) FROM output_actions")) == 0
