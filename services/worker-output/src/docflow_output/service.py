"""The service `worker-output`: the stage OUTPUT, and beside it the loops that carry results out."""

import asyncio
from contextlib import suppress
from typing import Any

from docflow.domain.stages import Stage
from docflow.runtime.container import Container
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.service import Service
from docflow.runtime.worker import run_worker

from docflow_output.actions import ActionLane
from docflow_output.connectors import connectors
from docflow_output.connectors.webhook import WebhookSender
from docflow_output.deliveries import DeliveryLane
from docflow_output.loop import LaneLoop
from docflow_output.mails import MailLane
from docflow_output.messages import MessageLane
from docflow_output.stages import stages


async def _run(container: Container) -> None:
    async def carry_out(worker: Heartbeat) -> None:
        await _carry_out(container, worker)

    await run_worker(container, service="worker-output", handlers=stages(), beside=(carry_out,))


async def _carry_out(container: Container, worker: Heartbeat) -> None:
    loops = _loops(container)
    listener = asyncio.create_task(_wake(container, loops))
    try:
        async with asyncio.TaskGroup() as running:
            for loop in loops:
                running.create_task(loop.run(worker, container.stopping))
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener


def _loops(container: Container) -> tuple[LaneLoop[Any, Any], ...]:
    database, clock, sealing = container.database, container.clock, container.sealing
    known = connectors(
        database=database, blobs=container.blobs, egress=container.egress, sealing=sealing, clock=clock
    )
    given, sent = container.settings.worker, container.metrics.sent
    lanes = (
        ActionLane(database, known, clock),
        DeliveryLane(database, WebhookSender(container.egress, clock), sealing, clock),
        MailLane(database, container.mail, sealing, clock, portal_url=container.settings.portal_url),
        MessageLane(
            database, container.chat, container.mail, sealing, portal_url=container.settings.portal_url
        ),
    )
    return tuple(
        LaneLoop(
            lane,
            in_flight=given.jobs_in_flight,
            poll_s=given.poll_s,
            stop_s=given.stop_s,
            finished=lambda name, state: sent.labels(name, state).inc(),
        )
        for lane in lanes
    )


async def _wake(container: Container, loops: tuple[LaneLoop[Any, Any], ...]) -> None:
    """A finished OUTPUT run is hinted; without the hint the next poll finds its actions and deliveries."""
    async for hint in container.transport.hints((Stage.OUTPUT,)):
        for loop in loops:
            loop.wake()
        await hint.ack()


SERVICE = Service("worker-output", _run)
