"""A toy pipeline on the real engine: handlers that do what a test tells them, and a worker to run them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from docflow.adapters.clock.system import SystemClock
from docflow.db.database import Database
from docflow.domain.jobs import Job, Ledger, StageHandler
from docflow.domain.outcomes import Advance, StageOutcome
from docflow.domain.ports.transport import Transport
from docflow.domain.stages import Stage
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.settings import WorkerSettings
from docflow.runtime.stage_runner import StageRunner
from docflow.testing.transport import MemoryTransport

Decide = Callable[[Job, Ledger], Awaitable[StageOutcome]]

#: Beats and polls fast, so that tests need not wait for what production waits for.
QUICK = WorkerSettings(
    poll_s=0.1, heartbeat_s=0.2, expiry_s=2.0, backoff_base_s=0.01, backoff_cap_s=0.05, stop_s=2.0
)


async def go_on(_job: Job, _ledger: Ledger) -> StageOutcome:
    return Advance()


@dataclass(slots=True)
class ToyStage:
    """Does `decide` and remembers what it was given."""

    stage: Stage
    decide: Decide = go_on
    deadline_s: float = 5.0
    seen: list[Job] = field(default_factory=list)

    async def handle(self, job: Job, ledger: Ledger) -> StageOutcome:
        self.seen.append(job)
        return await self.decide(job, ledger)


def toy_pipeline(**decide: Decide) -> list[ToyStage]:
    """All four stages; `decide` is keyed by the stage's name in lower case."""
    return [ToyStage(stage, decide.get(stage.value.lower(), go_on)) for stage in Stage]


@asynccontextmanager
async def open_worker(
    database: Database,
    handlers: Sequence[StageHandler],
    *,
    settings: WorkerSettings = QUICK,
    transport: Transport | None = None,
) -> AsyncIterator[Heartbeat]:
    """A beating worker that works on the handlers' stages; stopped in order at the end."""
    worker = Heartbeat(database, "toy", interval_s=settings.heartbeat_s, expiry_s=settings.expiry_s)
    runner = StageRunner(
        database,
        worker,
        transport or MemoryTransport(),
        clock=SystemClock(),
        handlers=handlers,
        settings=settings,
    )
    stopping = asyncio.Event()
    await worker.beat()
    beating = asyncio.create_task(worker.run())
    running = asyncio.create_task(runner.run(stopping))
    try:
        yield worker
    finally:
        stopping.set()
        await running
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
        await worker.stop()
