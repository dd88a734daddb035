"""Reads the audit stream by offset.

A stream never says that what was asked for is gone: below its start it begins at its start, beyond its end it waits.
So the edges are looked at before each reading begins (tried on RabbitMQ 3.10.8).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import structlog
from aio_pika.abc import AbstractConnection
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import ChannelNotFoundEntity

from docflow.adapters.transport.rabbitmq.link import Link
from docflow.adapters.transport.rabbitmq.subscription import Subscription, subscribed
from docflow.adapters.transport.rabbitmq.topology import AUDIT
from docflow.adapters.transport.rabbitmq.trouble import BROKEN, heed_cancellation, trouble_of
from docflow.domain.ports.audit_stream import StreamBatch, StreamGap, StreamRecord

log = structlog.get_logger(__name__)

_OFFSET = "x-stream-offset"


class RabbitAuditStream:
    """At most `prefetch` records are here beyond those stored. `edge_s` = how long an edge may take to answer."""

    def __init__(
        self,
        link: Link,
        *,
        queue: str = AUDIT,
        prefetch: int = 1000,
        edge_s: float = 2.0,
        again_s: float = 0.5,
    ) -> None:
        self._link = link
        self._queue = queue
        self._prefetch = prefetch
        self._edge_s = edge_s
        self._again_s = again_s

    async def batches(self, next_offset: int) -> AsyncGenerator[StreamBatch, None]:
        place, gap = next_offset, None
        while True:
            connection = await self._link.connection()
            try:
                found, place = await self._check_edges(connection, place)
                gap = found or gap
                async with subscribed(connection, prefetch=self._prefetch) as (_, subscription):
                    reading = _Reading(subscription, place)
                    await subscription.consume(self._queue, reading.receive, {_OFFSET: place})
                    while (records := await reading.next_records()) is not None:
                        batch, gap = StreamBatch(records, gap), None
                        yield batch
                        place = batch.next_offset
                        await reading.settle()
            except ChannelNotFoundEntity:
                heed_cancellation()
                self._link.drop(connection)
            except BROKEN as error:
                heed_cancellation()
                log.debug("audit_stream.paused", code=trouble_of(error).code)
            await asyncio.sleep(self._again_s)

    async def _check_edges(self, connection: AbstractConnection, place: int) -> tuple[StreamGap | None, int]:
        """Whether records before `place` are gone, and where to begin."""
        first = await self._first_offset(connection)
        if place > 0 and (first is None or not await self._reaches(connection, place - 1)):
            log.error("audit_stream.recreated", code="audit_stream_recreated", next_offset=place)
            return StreamGap.RECREATED, 0
        if first is not None and first > place:
            log.error(
                "audit_stream.expired", code="audit_stream_expired", next_offset=place, first_offset=first
            )
            return StreamGap.EXPIRED, first
        return None, place

    async def _first_offset(self, connection: AbstractConnection) -> int | None:
        """None = the stream is empty."""
        async with subscribed(connection, prefetch=1) as (_, subscription):
            reading = _Reading(subscription, 0)
            await subscription.consume(self._queue, reading.receive, {_OFFSET: "first"})
            with suppress(TimeoutError):
                async with asyncio.timeout(self._edge_s):
                    records = await reading.next_records()
                    return records[0].offset if records else None
        return None

    async def _reaches(self, connection: AbstractConnection, offset: int) -> bool:
        """Whether the stream's last chunk holds or is past `offset`. Quick unless it is not."""
        async with subscribed(connection, prefetch=self._prefetch) as (_, subscription):
            reading = _Reading(subscription, 0)
            await subscription.consume(self._queue, reading.receive, {_OFFSET: "last"})
            with suppress(TimeoutError):
                async with asyncio.timeout(self._edge_s):
                    while (records := await reading.next_records()) is not None:
                        if records[-1].offset >= offset:
                            return True
                        await reading.settle()
        return False


class _Reading:
    """What one consumer has been given and not yet handed on."""

    def __init__(self, subscription: Subscription, place: int) -> None:
        self._subscription = subscription
        self._place = place
        self._records: list[StreamRecord] = []
        self._last_tag = 0
        self._handed_tag = 0
        self._stirred = asyncio.Event()

    async def receive(self, message: DeliveredMessage) -> None:
        headers = message.header.properties.headers or {}
        offset = headers.get(_OFFSET)
        self._last_tag = int(message.delivery_tag or 0)
        # Credit is counted in chunks, so records before the place asked for may come along.
        if isinstance(offset, int) and offset >= self._place:
            self._records.append(StreamRecord(offset, message.body))
            self._place = offset + 1
        self._stirred.set()

    async def next_records(self) -> tuple[StreamRecord, ...] | None:
        """All that has come, at least one; None when the channel is lost."""
        while not self._records:
            if self._subscription.lost.is_set():
                return None
            await self._stirred_or_lost()
        records, self._records = tuple(self._records), []
        self._handed_tag = self._last_tag
        return records

    async def settle(self) -> None:
        """What was handed on is stored: the broker may send as many more."""
        await self._subscription.ack(self._handed_tag, multiple=True)

    async def _stirred_or_lost(self) -> None:
        self._stirred.clear()
        waits = [asyncio.ensure_future(each.wait()) for each in (self._stirred, self._subscription.lost)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
