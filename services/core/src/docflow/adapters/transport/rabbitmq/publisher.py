"""Publishing with confirms: a message is the broker's when the call returns."""

import asyncio
from collections.abc import Sequence

import structlog
from aio_pika import DeliveryMode
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import DeliveryError
from aiormq.exceptions import PublishError

from docflow.adapters.transport.rabbitmq.link import Link, events_exchange
from docflow.adapters.transport.rabbitmq.trouble import (
    BROKEN,
    heed_cancellation,
    losses_ignored,
    named_losses,
)
from docflow.adapters.transport.rabbitmq.wire import Parcel
from docflow.domain.errors import TransientError

log = structlog.get_logger(__name__)

_WINDOW = 256
"""Unconfirmed messages at a time; more gain nothing, the library is the limit (about 7,000/s)."""


class Publisher:
    """One channel in confirm mode, opened again when it or its connection was lost.

    Parcels may go twice when a confirm was lost; whoever reads them expects that.
    """

    def __init__(self, link: Link, *, confirm_s: float = 10.0) -> None:
        self._link = link
        self._confirm_s = confirm_s
        self._opening = asyncio.Lock()
        self._channel: AbstractChannel | None = None
        self._connection: AbstractConnection | None = None

    async def send(self, parcels: Sequence[Parcel]) -> None:
        """Returns when the broker has all of them.

        Raises TransientError: `broker_unavailable`, `broker_refused` (its queue is full), `broker_unroutable` (no
        queue for a mandatory message). Some may have gone then.
        """
        for start in range(0, len(parcels), _WINDOW):
            await self._send_window(parcels[start : start + _WINDOW])

    async def _send_window(self, parcels: Sequence[Parcel]) -> None:
        channel = await self._open_channel()
        exchange = await events_exchange(channel)
        sends = [_publish(exchange, parcel) for parcel in parcels]
        try:
            async with asyncio.timeout(self._confirm_s):
                answers = await asyncio.gather(*sends, return_exceptions=True)
        except TimeoutError as error:
            await self._abandon(channel)
            raise _away() from error
        for parcel, answer in zip(parcels, answers, strict=True):
            _judge(parcel, answer)

    async def _open_channel(self) -> AbstractChannel:
        connection = self._link.present()
        if connection is None:
            raise _away()
        async with self._opening:
            if self._channel is None or self._channel.is_closed or self._connection is not connection:
                try:
                    with named_losses():
                        async with asyncio.timeout(self._confirm_s):
                            channel: AbstractChannel = connection.channel(on_return_raises=True)
                            await channel.initialize()
                except BROKEN as error:
                    heed_cancellation()
                    raise _away() from error
                self._channel, self._connection = channel, connection
            return self._channel

    async def _abandon(self, channel: AbstractChannel) -> None:
        """A queue that never confirms (it lost its leader) must not take other channels' publishes with it."""
        if self._channel is channel:
            self._channel = None
        with losses_ignored():
            async with asyncio.timeout(1):
                await channel.close()


async def _publish(exchange: AbstractExchange, parcel: Parcel) -> None:
    with named_losses():
        await exchange.publish(_amqp(parcel), parcel.key, mandatory=parcel.mandatory)


def _judge(parcel: Parcel, answer: object) -> None:
    """Raise what the answer to one publish means."""
    match answer:
        case PublishError():
            raise TransientError("no queue takes this message", code="broker_unroutable", after_s=10)
        case DeliveryError() if parcel.mandatory:
            raise TransientError("the broker's queue is full", code="broker_refused", after_s=5)
        case DeliveryError():
            # Somebody's queue refused it. What need not arrive must not hold up what follows.
            log.warning("broker.message_refused", key=parcel.key, message_id=parcel.message_id)
        case Exception() if isinstance(answer, BROKEN):
            raise _away() from answer
        case BaseException():
            raise answer


def _away() -> TransientError:
    return TransientError("the broker is not available", code="broker_unavailable", after_s=1)


def _amqp(parcel: Parcel) -> AmqpMessage:
    return AmqpMessage(
        parcel.body,
        content_type="application/json",
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=parcel.message_id,
        timestamp=parcel.occurred_at,
        type=parcel.key,
    )
