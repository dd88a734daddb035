"""One consuming channel, from its opening until it is lost or given up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager

from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.abc import AbstractChannel as RawChannel
from aiormq.abc import DeliveredMessage

from docflow.adapters.transport.rabbitmq.trouble import losses_ignored, named_losses

Receive = Callable[[DeliveredMessage], Coroutine[None, None, None]]


class Subscription:
    """`lost` is set when the broker closed the channel, cancelled a consumer or went away."""

    def __init__(self, channel: RawChannel, lost: asyncio.Event, *, answer_s: float) -> None:
        self.lost = lost
        self._channel = channel
        self._answer_s = answer_s
        self._tags: list[str] = []

    async def consume(
        self, queue: str, receive: Receive, arguments: Mapping[str, str | int] | None = None
    ) -> None:
        answer = await self._channel.basic_consume(
            queue, receive, arguments=dict(arguments or {}), timeout=self._answer_s
        )
        self._tags.append(str(answer.consumer_tag))

    async def pause(self) -> None:
        """Take no more; what was delivered can still be settled."""
        while self._tags:
            await self._channel.basic_cancel(self._tags.pop(), timeout=self._answer_s)

    async def ack(self, tag: int, *, multiple: bool = False) -> None:
        """Does nothing when the channel is gone: the broker delivers the message again."""
        with losses_ignored():
            await self._channel.basic_ack(tag, multiple=multiple, wait=False)

    async def reject(self, tag: int) -> None:
        """To the dead letters. Does nothing when the channel is gone."""
        with losses_ignored():
            await self._channel.basic_reject(tag, requeue=False, wait=False)


@asynccontextmanager
async def subscribed(
    connection: AbstractConnection, *, prefetch: int, answer_s: float = 5.0
) -> AsyncIterator[tuple[AbstractChannel, Subscription]]:
    """A channel with this prefetch; closed at the end, which gives back what was not settled."""
    channel: AbstractChannel = connection.channel(publisher_confirms=False)
    lost = asyncio.Event()
    with named_losses():
        async with asyncio.timeout(answer_s):
            await channel.initialize()
        try:
            raw = await channel.get_underlay_channel()
            channel.close_callbacks.add(lambda *_: lost.set())
            raw.on_consumer_cancel_callbacks.add(lambda *_: lost.set())
            await channel.set_qos(prefetch_count=prefetch, timeout=answer_s)
            yield channel, Subscription(raw, lost, answer_s=answer_s)
        finally:
            with losses_ignored():
                async with asyncio.timeout(answer_s):
                    await channel.close()
