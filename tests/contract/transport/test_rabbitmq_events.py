"""Events and audit messages over a real RabbitMQ: confirmed, routed, shown."""

import asyncio
from datetime import UTC, datetime

import aio_pika
import pytest
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractChannel
from docflow.adapters.transport.rabbitmq.topology import AUDIT, EVENTS, TOPOLOGY
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.domain.messages import Message
from docflow.testing.servers import RabbitServer

from tests.contract.transport.conftest import OpenTransport
from tests.contract.transport.eventually import eventually, soon

pytestmark = pytest.mark.full


def event(type_: str = "process.completed", **data: object) -> Message:
    return Message(
        message_id=new_id(),
        type=type_,
        occurred_at=datetime.now(UTC),
        client_id=new_id(),
        process_id=new_id(),
        data=data,
    )


async def test_an_event_comes_as_it_was_published(open_transport: OpenTransport) -> None:
    sender, shower = open_transport(), open_transport()
    waiting = asyncio.ensure_future(anext(shower.events()))
    await eventually(lambda: sender.healthy and shower.healthy)
    sent = event(version=3)
    await _publish_until(sender, [sent], waiting)
    assert await waiting == sent


async def test_every_process_that_shows_events_gets_each(open_transport: OpenTransport) -> None:
    sender, one, other = open_transport(), open_transport(), open_transport()
    waits = [asyncio.ensure_future(anext(each.events())) for each in (one, other)]
    await eventually(lambda: sender.healthy and one.healthy and other.healthy)
    await asyncio.sleep(0.5)
    sent = event()
    await sender.publish([sent])
    assert [(await soon(wait)).message_id for wait in waits] == [sent.message_id] * 2


async def test_an_event_nobody_listens_to_is_no_error(open_transport: OpenTransport) -> None:
    sender = open_transport()
    await eventually(lambda: sender.healthy)
    await sender.publish([event()])


async def test_an_audit_message_stands_in_the_stream_when_publish_returns(
    open_transport: OpenTransport,
) -> None:
    sender = open_transport()
    await eventually(lambda: sender.healthy)
    sent = [event("audit.output") for _ in range(600)]
    await sender.publish(sent)
    got: list[str] = []
    async with asyncio.timeout(15):
        async for batch in sender.audit_stream().batches(0):
            got += [Message.from_json(_json(record.body)).message_id.hex for record in batch.records]
            if len(got) >= len(sent):
                break
    assert sorted(got) == sorted(each.message_id.hex for each in sent)


async def test_an_audit_message_without_its_stream_is_an_error(
    open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    sender = open_transport()
    await eventually(lambda: sender.healthy)
    await channel.queue_delete(AUDIT)
    with pytest.raises(TransientError) as refused:
        await sender.publish([event("audit.output")])
    assert refused.value.code == "broker_unroutable"


async def test_a_listeners_full_queue_does_not_hold_up_events(
    open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    sender = open_transport()
    await eventually(lambda: sender.healthy)
    full = await channel.declare_queue(
        "somebody", exclusive=True, arguments={"x-max-length": 1, "x-overflow": "reject-publish"}
    )
    await full.bind(EVENTS, "process.#")
    await sender.publish([event() for _ in range(20)])


async def test_publishing_without_a_broker_fails_at_once(broker: RabbitServer) -> None:
    from docflow.adapters.transport.rabbitmq.transport import RabbitTransport

    transport = RabbitTransport("amqp://guest:guest@127.0.0.1:1/", name="test.away")
    transport.start()
    async with asyncio.timeout(1):
        with pytest.raises(TransientError) as refused:
            await transport.publish([event()])
    assert refused.value.code == "broker_unavailable"
    await transport.aclose()


async def test_an_unreadable_event_is_passed_over(
    open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    sender, shower = open_transport(), open_transport()
    waiting = asyncio.ensure_future(anext(shower.events()))
    await eventually(lambda: sender.healthy and shower.healthy)
    await asyncio.sleep(0.5)
    exchange = await channel.get_exchange(EVENTS)
    await exchange.publish(AmqpMessage(b"{"), "process.completed")
    sent = event()
    await sender.publish([sent])
    assert (await soon(waiting)).message_id == sent.message_id


async def test_everything_of_the_topology_stands_after_connecting(
    open_transport: OpenTransport, broker: RabbitServer
) -> None:
    sender = open_transport()
    await eventually(lambda: sender.healthy)
    async with await aio_pika.connect(broker.url) as connection, connection.channel() as channel:
        for queue in TOPOLOGY.queues:
            await channel.get_queue(queue.name, ensure=True)
        for exchange in TOPOLOGY.exchanges:
            await channel.get_exchange(exchange.name, ensure=True)


async def _publish_until(sender, messages, waiting) -> None:  # type: ignore[no-untyped-def]
    """An exclusive queue may be bound a moment after `healthy`; events of before are not seen."""
    async with asyncio.timeout(10):
        while not waiting.done():
            await sender.publish(messages)
            await asyncio.sleep(0.1)


def _json(body: bytes) -> dict[str, object]:
    import json

    return dict(json.loads(body))
