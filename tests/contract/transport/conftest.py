"""A broker that is up and empty before each test, and transports that are closed after it."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.connection import make_url
from aiormq.exceptions import ChannelPreconditionFailed
from docflow.adapters.transport.rabbitmq.link import Timing
from docflow.adapters.transport.rabbitmq.topology import TOPOLOGY, declare
from docflow.adapters.transport.rabbitmq.transport import RabbitTransport
from docflow.adapters.transport.rabbitmq.trouble import BROKEN
from docflow.testing.servers import RabbitServer

#: Everything a little faster than in production, so that a test of an outage takes seconds.
QUICK = Timing(
    connect_s=2,
    answer_s=2,
    watch_s=0.5,
    backoff_base_s=0.1,
    backoff_cap_s=0.5,
    misconfigured_s=0.4,
    stable_s=5,
)

OpenTransport = Callable[..., RabbitTransport]


@pytest.fixture
async def broker(rabbit_server: RabbitServer) -> RabbitServer:
    rabbit_server.resume()
    if not rabbit_server.alive:
        await asyncio.to_thread(rabbit_server.start)
    async with asyncio.timeout(30):
        while not await _emptied(rabbit_server.url):
            await asyncio.sleep(0.2)
    return rabbit_server


async def _emptied(url: str) -> bool:
    """False while something on it has not come back from a restart."""
    try:
        async with asyncio.timeout(5), aio_pika.Connection(make_url(url)) as connection:
            await connection.connect()
            await declare(connection, TOPOLOGY, timeout_s=5)
    except ChannelPreconditionFailed:
        pass
    except BROKEN:
        return False
    async with asyncio.timeout(5), aio_pika.Connection(make_url(url)) as connection:
        await connection.connect()
        channel = await connection.channel()
        for queue in TOPOLOGY.queues:
            await channel.queue_delete(queue.name)
        for exchange in TOPOLOGY.exchanges:
            await channel.exchange_delete(exchange.name)
    return True


async def settled() -> None:
    """RabbitMQ 3.10 loses the leader of a queue that was declared less than about a second before its end."""
    await asyncio.sleep(2)


@pytest.fixture
async def channel(broker: RabbitServer) -> AsyncIterator[AbstractChannel]:
    """Somebody else on the same broker."""
    async with await aio_pika.connect(broker.url) as connection, connection.channel() as opened:
        yield opened


@pytest.fixture
async def open_transport(broker: RabbitServer) -> AsyncIterator[OpenTransport]:
    opened: list[RabbitTransport] = []

    def open_one(url: str = broker.url, prefetch: int = 16) -> RabbitTransport:
        transport = RabbitTransport(
            url, name=f"test.{len(opened)}", prefetch=prefetch, rng=random.Random(1), timing=QUICK
        )
        transport.start()
        opened.append(transport)
        return transport

    yield open_one
    for transport in opened:
        await transport.aclose()
