"""The loops that every worker process runs beside its stages."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from docflow.domain.jobs import StageHandler
from docflow.runtime.container import Container
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.outbox_relay import AUDIT, OutboxRelay
from docflow.runtime.periodic import PeriodicLoop, jobs_over
from docflow.runtime.stage_runner import StageRunner

Beside = Callable[[Heartbeat], Awaitable[None]]


async def run_worker(
    container: Container,
    *,
    service: str,
    handlers: Sequence[StageHandler] = (),
    beside: Sequence[Beside] = (),
) -> None:
    """Work on the handlers' stages until `container.stopping` is set, then finish or release what is in hand.

    `beside` are further loops of the same worker; each claims under the heartbeat's `worker_id` and returns soon
    after `container.stopping` is set.
    """
    settings, metrics = container.settings.worker, container.metrics
    worker = Heartbeat(
        container.beat_database, service, interval_s=settings.heartbeat_s, expiry_s=settings.expiry_s
    )
    worker.watch(lambda _: metrics.given_up.inc())
    relays = [OutboxRelay(container.database, container.transport, metrics=metrics)]
    if container.audit_stream is not None:
        relays.append(OutboxRelay(container.database, container.transport, AUDIT, metrics=metrics))
    # The first claim needs a living worker; without it the first poll would be lost.
    await worker.try_to_beat()
    beating = asyncio.create_task(worker.run(), name=f"{service}.heartbeat")
    try:
        async with asyncio.TaskGroup() as loops:
            for relay in relays:
                loops.create_task(relay.run(container.stopping))
            periodic = PeriodicLoop(
                container.database, container.clock, jobs_over(container.blobs, container.workbench)
            )
            loops.create_task(periodic.run(container.stopping))
            if handlers:
                runner = StageRunner(
                    container.database,
                    worker,
                    container.transport,
                    clock=container.clock,
                    handlers=handlers,
                    settings=settings,
                    events_written=lambda: _wake(relays),
                    public_url=container.settings.api.public_url or "",
                    metrics=metrics,
                    tracing=container.tracing,
                )
                loops.create_task(runner.run(container.stopping))
            for loop in beside:
                loops.create_task(_awaited(loop(worker)))
    finally:
        # To the end the worker is alive: what it still finishes must count.
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
        await worker.stop()


def _wake(relays: Sequence[OutboxRelay]) -> None:
    for relay in relays:
        relay.wake()


async def _awaited(work: Awaitable[None]) -> None:
    await work
