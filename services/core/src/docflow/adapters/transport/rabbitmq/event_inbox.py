"""Process events of all clients, as they come, for one process that shows them."""

import asyncio
from contextlib import suppress

import structlog
from aio_pika.abc import AbstractConnection
from aiormq.abc import DeliveredMessage

from docflow.adapters.transport.rabbitmq.link import Link
from docflow.adapters.transport.rabbitmq.subscription import Subscription, subscribed
from docflow.adapters.transport.rabbitmq.topology import EVENTS
from docflow.adapters.transport.rabbitmq.trouble import BROKEN, heed_cancellation, trouble_of
from docflow.adapters.transport.rabbitmq.wire import Unreadable, read_event
from docflow.domain.messages import Message

log = structlog.get_logger(__name__)

_PREFETCH = 200
_MOST_WAITING = 10_000
"""Beyond it the broker drops the oldest: whoever shows events is behind and must ask for the state anyway."""


class EventInbox:
    """An exclusive queue that lives as long as its connection; events of a time without one are not seen."""

    def __init__(self, link: Link, *, again_s: float = 0.5) -> None:
        self._link = link
        self._again_s = again_s
        self._waiting: asyncio.Queue[tuple[Subscription, int, Message] | None] = asyncio.Queue()
        self._subscription: Subscription | None = None
        self.listening = False
        self._task = asyncio.create_task(self._serve(), name="rabbitmq-event-inbox")

    async def take(self) -> Message | None:
        """The next event; None once closed."""
        taken = await self._waiting.get()
        if taken is None:
            return None
        subscription, tag, message = taken
        await subscription.ack(tag)
        return message

    async def aclose(self) -> None:
        self._waiting.put_nowait(None)
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _serve(self) -> None:
        while True:
            connection = await self._link.connection()
            try:
                await self._consume(connection)
            except BROKEN as error:
                heed_cancellation()
                log.debug("broker.events_paused", code=trouble_of(error).code)
            await asyncio.sleep(self._again_s)

    async def _consume(self, connection: AbstractConnection) -> None:
        async with subscribed(connection, prefetch=_PREFETCH) as (channel, subscription):
            queue = await channel.declare_queue(
                exclusive=True,
                arguments={"x-max-length": _MOST_WAITING, "x-overflow": "drop-head"},
                timeout=5,
            )
            await queue.bind(EVENTS, "process.#", timeout=5)
            self._subscription = subscription
            try:
                await subscription.consume(queue.name, self._receive)
                self.listening = True
                await subscription.lost.wait()
            finally:
                self.listening = False

    async def _receive(self, message: DeliveredMessage) -> None:
        subscription, tag = self._subscription, int(message.delivery_tag or 0)
        if subscription is None:
            return
        try:
            event = read_event(message.body)
        except Unreadable as error:
            log.error("broker.message_unreadable", key=message.routing_key, reason=str(error))
            await subscription.ack(tag)
            return
        self._waiting.put_nowait((subscription, tag, event))
