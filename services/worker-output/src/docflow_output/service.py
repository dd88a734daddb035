"""The service `worker-output`: the stage OUTPUT, and beside it the loops that carry results out."""

import asyncio
import os
from contextlib import suppress
from typing import Any

from docflow.domain.stages import Stage
from docflow.runtime.container import Container
from docflow.runtime.hearing import heard
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.service import Service
from docflow.runtime.worker import run_worker

from docflow_output.actions import ActionLane
from docflow_output.connectors import connectors
from docflow_output.connectors.webhook import WebhookSender
from docflow_output.deliveries import DeliveryLane
from docflow_output.loop import Lane, LaneLoop
from docflow_output.mails import MailLane
from docflow_output.messages import MessageLane
from docflow_output.platform_messages import PlatformLane
from docflow_output.secrets import Secrets
from docflow_output.stages import stages


async def _run(container: Container) -> None:
    async def carry_out(worker: Heartbeat) -> None:
        await _carry_out(container, worker)

    await run_worker(container, service="worker-output", handlers=stages(), beside=(carry_out,))


async def _carry_out(container: Container, worker: Heartbeat) -> None:
    actions = _action_lane(container)
    loops = _loops(container, actions)
    listener = asyncio.create_task(_wake(container, loops))
    try:
        async with asyncio.TaskGroup() as running:
            for loop in loops:
                running.create_task(loop.run(worker, container.stopping))
    finally:
        listener.cancel()
        with suppress(asyncio.CancelledError):
            await listener
        await actions.aclose()


def _action_lane(container: Container) -> ActionLane:
    known = connectors(
        database=container.database,
        blobs=container.blobs,
        egress=container.egress,
        sealing=container.sealing,
        clock=container.clock,
        mail=container.mail,
        workbench=container.workbench,
        sign_put=container.sign_put,
    )
    per_kind = container.settings.output.per_target
    return ActionLane(
        container.database, known, container.clock, secrets=_secrets(container), per_kind=per_kind
    )


def _secrets(container: Container) -> Secrets:
    folder = container.settings.output.secrets_folder
    return Secrets(container.database, container.sealing, environment=os.environ, folder=folder)


def _loops(container: Container, actions: ActionLane) -> tuple[LaneLoop[Any, Any], ...]:
    database, clock, sealing = container.database, container.clock, container.sealing
    given, sent, limits = container.settings.worker, container.metrics.sent, container.settings.output
    sender = WebhookSender(container.egress, clock)
    lanes: tuple[Lane[Any, Any], ...] = (
        actions,
        DeliveryLane(database, sender, sealing, clock, per_host=limits.per_target),
        MailLane(database, container.mail, sealing, clock, portal_url=container.settings.portal_url),
        MessageLane(
            database,
            container.chat,
            container.mail,
            sealing,
            portal_url=container.settings.portal_url,
            secrets=_secrets(container),
        ),
        PlatformLane(database, container.chat, container.mail, sealing),
    )
    return tuple(
        LaneLoop(
            lane,
            in_flight=limits.in_flight,
            poll_s=given.poll_s,
            stop_s=given.stop_s,
            finished=lambda name, state: sent.labels(name, state).inc(),
        )
        for lane in lanes
    )


async def _wake(container: Container, loops: tuple[LaneLoop[Any, Any], ...]) -> None:
    """A finished OUTPUT run is hinted; without the hint the next poll finds its actions and deliveries."""
    async for hint in heard(container.transport, (Stage.OUTPUT,)):
        for loop in loops:
            loop.wake()
        await hint.ack()


SERVICE = Service("worker-output", _run)
