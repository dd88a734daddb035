"""A worker process with a toy pipeline, the relay and the audit writer: something to kill.

python -m tests.integration.engine.toy_worker APP_URL AUDIT_URL EXPIRY_S
"""

import asyncio
import signal
import sys
from contextlib import suppress
from dataclasses import replace

from docflow.adapters.clock.system import SystemClock
from docflow.adapters.transport.postgres import PostgresTransport
from docflow.db.database import Database
from docflow.domain.ids import id_within
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Advance, Gathered, Split, StageOutcome
from docflow.domain.splitting import is_split
from docflow.domain.stages import Stage
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.outbox_relay import OutboxRelay
from docflow.runtime.settings import WorkerSettings
from docflow.runtime.stage_runner import StageRunner
from docflow.testing.engine import ToyStage
from docflow_audit.writer import AuditWriter

from tests.unit.engine.families import parts as made_parts


async def work(job: Job, _ledger: Ledger) -> StageOutcome:
    await asyncio.sleep(0.02)
    is_stack = "parts" in job.process.metadata and job.process.parent_process_id is None
    if job.run.stage is Stage.INTELLIGENT_OCR and is_stack:
        return split_or_gathered(job)
    before = (job.process.final_output or {}).get("passed", [])
    return Advance({"final_output": {"passed": [*before, job.run.stage.value]}})


def split_or_gathered(job: Job) -> StageOutcome:
    """A stack of as many parts as its metadata says, each with ids that follow from the run."""
    if is_split(job.process.classification_result):
        return Gathered(job.children)
    parts = [
        replace(part, process_id=process_id, document_id=id_within(process_id, "document"))
        for part in made_parts(job.process.metadata["parts"])
        if (process_id := id_within(job.run.run_id, str(part.first)))
    ]
    return Split(tuple(parts), type_left_open=False)


async def main(app_url: str, audit_url: str, expiry_s: float) -> None:
    settings = WorkerSettings(
        poll_s=0.2, heartbeat_s=expiry_s / 3, expiry_s=expiry_s, jobs_in_flight=8, stop_s=2
    )
    database, audit = Database(app_url, pool_size=4), Database(audit_url, pool_size=1)
    transport = PostgresTransport(database, app_url)
    worker = Heartbeat(database, "toy", interval_s=settings.heartbeat_s, expiry_s=expiry_s)
    relay = OutboxRelay(database, transport, hold_s=1, poll_s=0.5)
    runner = StageRunner(
        database,
        worker,
        transport,
        clock=SystemClock(),
        handlers=[ToyStage(stage, work) for stage in Stage],
        settings=settings,
        events_written=relay.wake,
    )
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await worker.try_to_beat()
    print("ready", flush=True)
    beating = asyncio.create_task(worker.run())
    await asyncio.gather(
        runner.run(stopping), relay.run(stopping), AuditWriter(audit, poll_s=0.2).run(stopping)
    )
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating
    await worker.stop()
    await transport.aclose()
    await database.aclose()
    await audit.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
