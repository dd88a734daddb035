"""Reading the audit stream by offset, from a real RabbitMQ."""

import asyncio
from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPError
from docflow.adapters.transport.rabbitmq.audit_stream import RabbitAuditStream
from docflow.adapters.transport.rabbitmq.topology import AUDIT, EVENTS
from docflow.domain.ports.audit_stream import StreamBatch, StreamGap
from docflow.testing.servers import RabbitServer
from structlog.testing import capture_logs

from tests.contract.transport.conftest import OpenTransport, settled
from tests.contract.transport.eventually import eventually, soon

pytestmark = pytest.mark.full


@pytest.fixture
async def stream(open_transport: OpenTransport) -> RabbitAuditStream:
    transport = open_transport()
    opened = transport.audit_stream()
    await eventually(lambda: transport.healthy)
    return opened


async def _fill(channel: AbstractChannel, bodies: range) -> None:
    exchange = await channel.get_exchange(EVENTS)
    for body in bodies:
        await exchange.publish(AmqpMessage(str(body).encode()), "audit.output", mandatory=True)


async def _read(batches: AsyncIterator[StreamBatch], count: int) -> list[int]:
    got: list[int] = []
    while len(got) < count:
        batch = await soon(anext(batches))
        got += [int(record.body) for record in batch.records]
    return got


async def _back(broker: RabbitServer) -> None:
    """A stream takes a moment longer than its broker to come back."""
    async with asyncio.timeout(15), await aio_pika.connect(broker.url) as connection:
        while True:
            try:
                async with connection.channel() as channel:
                    await channel.get_queue(AUDIT, ensure=True)
                    return
            except AMQPError:
                await asyncio.sleep(0.1)


async def test_records_come_in_order_from_the_start(
    stream: RabbitAuditStream, channel: AbstractChannel
) -> None:
    await _fill(channel, range(50))
    assert await _read(stream.batches(0), 50) == list(range(50))


async def test_reading_goes_on_at_the_stored_place(
    stream: RabbitAuditStream, channel: AbstractChannel
) -> None:
    await _fill(channel, range(50))
    assert await _read(stream.batches(37), 13) == list(range(37, 50))


async def test_a_batch_tells_the_place_after_it(stream: RabbitAuditStream, channel: AbstractChannel) -> None:
    await _fill(channel, range(5))
    batch = await soon(anext(stream.batches(0)))
    assert batch.next_offset == batch.records[-1].offset + 1
    assert batch.gap is None


async def test_a_reader_at_the_end_waits_and_gets_what_comes(
    stream: RabbitAuditStream, channel: AbstractChannel
) -> None:
    await _fill(channel, range(5))
    batches = stream.batches(5)
    waiting = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(1)
    assert not waiting.done()
    await _fill(channel, range(5, 6))
    assert [record.body for record in (await soon(waiting)).records] == [b"5"]


async def test_what_was_not_stored_before_a_lost_connection_comes_again(
    stream: RabbitAuditStream, channel: AbstractChannel, broker: RabbitServer
) -> None:
    await _fill(channel, range(10))
    batches = stream.batches(0)
    got = [int(record.body) for record in (await soon(anext(batches))).records]
    await settled()
    await asyncio.to_thread(broker.restart)
    await _back(broker)
    async with await aio_pika.connect(broker.url) as connection, connection.channel() as again:
        await _fill(again, range(10, 11))
    while got[-1] != 10:
        got += [int(record.body) for record in (await soon(anext(batches), within_s=30)).records]
    assert sorted(set(got)) == list(range(11))


async def test_a_stream_made_anew_is_read_from_its_start_and_said(
    stream: RabbitAuditStream, channel: AbstractChannel
) -> None:
    await _fill(channel, range(3))
    with capture_logs() as logs:
        batch = await soon(anext(stream.batches(1000)))
    assert batch.gap is StreamGap.RECREATED
    assert batch.records[0].offset == 0
    assert [each["event"] for each in logs] == ["audit_stream.recreated"]


async def test_a_place_older_than_the_stream_keeps_is_said_and_reading_begins_at_the_start(
    broker: RabbitServer, open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    transport = open_transport()
    stream = transport.audit_stream()
    await eventually(lambda: transport.healthy)
    await channel.queue_delete(AUDIT)
    short = await channel.declare_queue(
        AUDIT,
        durable=True,
        arguments={
            "x-queue-type": "stream",
            "x-max-length-bytes": 20_000,
            "x-stream-max-segment-size-bytes": 10_000,
        },
    )
    await short.bind(EVENTS, "audit.#")
    exchange = await channel.get_exchange(EVENTS)
    for _ in range(40):
        await exchange.publish(AmqpMessage(b"x" * 2_000), "audit.output")
    with capture_logs() as logs:
        batch = await soon(anext(stream.batches(2)))
    assert batch.gap is StreamGap.EXPIRED
    assert batch.records[0].offset > 2
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["audit_stream.expired"]


async def test_a_gap_is_told_once(stream: RabbitAuditStream, channel: AbstractChannel) -> None:
    await _fill(channel, range(3))
    batches = stream.batches(1000)
    await soon(anext(batches))
    await _fill(channel, range(3, 5))
    assert (await soon(anext(batches))).gap is None
