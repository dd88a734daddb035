"""Hints on their way in, for a process that asks for them when it has room."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog
from aio_pika.abc import AbstractConnection
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import ChannelNotFoundEntity

from docflow.adapters.transport.rabbitmq.hint_listener import Delivery, HintListener, Runs
from docflow.adapters.transport.rabbitmq.link import Link
from docflow.adapters.transport.rabbitmq.subscription import Subscription, subscribed
from docflow.adapters.transport.rabbitmq.trouble import BROKEN, heed_cancellation, trouble_of
from docflow.adapters.transport.rabbitmq.wire import Unreadable, read_hint

log = structlog.get_logger(__name__)


class HintInbox:
    """Consumes only while all its listeners have room; each of them gets every hint.

    At most `prefetch` messages a queue are unsettled here. When a listener does not take them for `idle_s` the
    worker is full: the consumer is cancelled and they are passed on as new hints. They are not returned, because
    returning counts against the queue's delivery limit and would make dead letters of them.
    """

    def __init__(
        self,
        link: Link,
        queues: Sequence[str],
        *,
        prefetch: int,
        pass_on: Callable[[Runs], None],
        idle_s: float = 0.25,
        again_s: float = 0.5,
    ) -> None:
        self._link = link
        self._queues = tuple(queues)
        self._prefetch = prefetch
        self._pass_on = pass_on
        self._idle_s = idle_s
        self._again_s = again_s
        self._listeners: set[HintListener] = set()
        self._asked = asyncio.Event()
        self._subscription: Subscription | None = None
        self._task = asyncio.create_task(self._serve(), name="rabbitmq-hint-inbox")

    @property
    def deserted(self) -> bool:
        return not self._listeners

    def join(self) -> HintListener:
        listener = HintListener(self._asked)
        self._listeners.add(listener)
        return listener

    async def leave(self, listener: HintListener) -> None:
        """What waits for it is settled on its part, so that it does not come again to those who stay."""
        self._listeners.discard(listener)
        listener.close()
        if self._listeners:
            for delivery in listener.waiting:
                await delivery.settle()
        listener.waiting = []

    async def aclose(self) -> None:
        for listener in self._listeners:
            listener.close()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _serve(self) -> None:
        while True:
            await self._until_all_ask()
            connection = await self._link.connection()
            try:
                await self._consume(connection)
            except ChannelNotFoundEntity:
                heed_cancellation()
                # Somebody deleted a queue: a new connection declares it again.
                self._link.drop(connection)
                await asyncio.sleep(self._again_s)
            except BROKEN as error:
                heed_cancellation()
                log.debug("broker.hints_paused", code=trouble_of(error).code)
                await asyncio.sleep(self._again_s)

    async def _until_all_ask(self) -> None:
        while not self._listeners or not all(each.asking for each in self._listeners):
            self._asked.clear()
            await self._asked.wait()

    async def _consume(self, connection: AbstractConnection) -> None:
        """Returns when the process has no room or the channel is lost."""
        async with subscribed(connection, prefetch=self._prefetch) as (_, subscription):
            self._subscription = subscription
            try:
                for queue in self._queues:
                    await subscription.consume(queue, self._receive)
                if await self._lost_or_full(subscription):
                    await subscription.pause()
                    await self._pass_on_waiting()
                    return
            finally:
                # What is not taken yet comes again with the next channel.
                self._subscription = None
                for listener in self._listeners:
                    listener.waiting = []
        await asyncio.sleep(self._again_s)

    async def _lost_or_full(self, subscription: Subscription) -> bool:
        """True = full for `idle_s`, False = lost."""
        looks = 0
        while not subscription.lost.is_set():
            looks = looks + 1 if any(each.is_full for each in self._listeners) else 0
            if looks > 4:
                return True
            with suppress(TimeoutError):
                async with asyncio.timeout(self._idle_s / 4):
                    await subscription.lost.wait()
        return False

    async def _pass_on_waiting(self) -> None:
        # While one is settled others may join or leave.
        for listener in tuple(self._listeners):
            waiting, listener.waiting = listener.waiting, []
            for delivery in waiting:
                self._pass_on(delivery.runs)
                await delivery.settle()

    async def _receive(self, message: DeliveredMessage) -> None:
        tag, subscription = int(message.delivery_tag or 0), self._subscription
        if subscription is None or not self._listeners:
            return
        try:
            runs = read_hint(message.body)
        except Unreadable as error:
            log.error("broker.message_dead", key=message.routing_key, reason=str(error))
            await subscription.reject(tag)
            return
        delivery = Delivery(tag, runs, subscription, owners=len(self._listeners))
        for listener in self._listeners:
            listener.give(delivery)
