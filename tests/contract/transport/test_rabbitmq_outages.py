"""A broker that is away, frozen, restarted or wrongly set up: said once, survived, found again."""

import asyncio
import random

import pytest
from aio_pika.abc import AbstractChannel
from docflow.adapters.transport.rabbitmq.link import Link
from docflow.adapters.transport.rabbitmq.topology import EVENTS
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.domain.stages import Stage
from docflow.testing.servers import RabbitServer
from structlog.testing import capture_logs

from tests.contract.transport.conftest import QUICK, OpenTransport, settled
from tests.contract.transport.eventually import eventually, soon
from tests.contract.transport.test_rabbitmq_events import event

pytestmark = pytest.mark.full


async def test_a_broker_that_comes_later_is_found(
    broker: RabbitServer, open_transport: OpenTransport
) -> None:
    await asyncio.to_thread(broker.stop)
    transport = open_transport()
    waiting = asyncio.ensure_future(anext(transport.hints([Stage.OUTPUT])))
    await asyncio.sleep(1)
    assert not transport.healthy
    await asyncio.to_thread(broker.start)
    await eventually(lambda: transport.healthy)
    run = (Stage.OUTPUT, new_id())
    await transport.hint([run])
    assert (await soon(waiting)).runs == (run,)


async def test_an_end_while_it_connects_is_an_end(broker: RabbitServer) -> None:
    """The library loses a cancellation that comes while it opens something."""
    for moment in range(25):
        link = Link(broker.url, name="brief", rng=random.Random(moment), timing=QUICK)
        link.start()
        await asyncio.sleep(moment * 0.004)
        ending = asyncio.ensure_future(link.aclose())
        ended, _ = await asyncio.wait((ending,), timeout=15)
        ending.cancel()
        assert ended, f"still connected 15 s after an end {moment * 4} ms from the start"


async def test_a_restart_in_flight_is_survived_by_both_sides(
    broker: RabbitServer, open_transport: OpenTransport
) -> None:
    sender, worker = open_transport(), open_transport()
    hints = worker.hints([Stage.OUTPUT])
    waiting = asyncio.ensure_future(anext(hints))
    await eventually(lambda: sender.healthy and worker.healthy)
    await settled()
    with capture_logs() as logs:
        await asyncio.to_thread(broker.kill)
        await eventually(lambda: not sender.healthy and not worker.healthy)
        await asyncio.sleep(2)
        await asyncio.to_thread(broker.start)
        await eventually(lambda: sender.healthy and worker.healthy)
    run = (Stage.OUTPUT, new_id())
    await sender.hint([run])
    assert run in (await soon(waiting)).runs
    away = [each for each in logs if each["event"] == "broker.away" and each["code"] == "broker_unreachable"]
    assert len(away) <= 3, "one line per connection and kind of trouble, not one per attempt"


async def test_what_a_lost_connection_left_unconfirmed_is_an_error(
    broker: RabbitServer, open_transport: OpenTransport
) -> None:
    sender = open_transport()
    await eventually(lambda: sender.healthy)
    await settled()
    broker.pause()
    ending = asyncio.get_running_loop().call_later(0.2, broker.kill)
    with pytest.raises(TransientError) as refused:
        await soon(sender.publish([event("audit.output") for _ in range(10)]))
    ending.cancel()
    assert refused.value.code == "broker_unavailable"


async def test_a_frozen_broker_is_noticed_without_its_goodbye(
    broker: RabbitServer, open_transport: OpenTransport
) -> None:
    transport = open_transport()
    await eventually(lambda: transport.healthy)
    broker.pause()
    await eventually(lambda: not transport.healthy, within_s=10)
    broker.resume()
    await eventually(lambda: transport.healthy)


async def test_a_broker_that_blocks_publishers_is_said_and_heals(
    broker: RabbitServer, open_transport: OpenTransport
) -> None:
    transport = open_transport()
    await eventually(lambda: transport.healthy)
    with capture_logs() as logs:
        await asyncio.to_thread(broker.control, "set_vm_memory_high_watermark", "absolute", "1")
        try:
            # A broker in alarm tells it to those who try.
            await transport.hint([(Stage.OUTPUT, new_id())])
            await eventually(lambda: not transport.healthy)
        finally:
            await asyncio.to_thread(broker.control, "set_vm_memory_high_watermark", "0.4")
        await eventually(lambda: transport.healthy)
    told = [each["event"] for each in logs]
    assert told.count("broker.blocked") == 1
    assert "broker.away" not in told, "the connection outlives the alarm"


async def test_wrong_credentials_give_one_line_and_few_attempts(broker: RabbitServer) -> None:
    with capture_logs() as logs:
        link = _link(broker.url_of(password="wrong-secret"))
        await asyncio.sleep(2)
        await link.aclose()
    told = [each for each in logs if each["event"] == "broker.misconfigured"]
    assert [each["code"] for each in told] == ["broker_credentials_refused"]
    assert "wrong-secret" not in str(logs)


async def test_a_virtual_host_that_is_not_there_gives_one_line(broker: RabbitServer) -> None:
    with capture_logs() as logs:
        link = _link(broker.url_of(vhost="nowhere"))
        await asyncio.sleep(1.5)
        await link.aclose()
    assert [each["code"] for each in logs] == ["broker_vhost_refused"]


async def test_a_queue_declared_differently_gives_one_line_that_names_it(
    broker: RabbitServer, channel: AbstractChannel
) -> None:
    await channel.declare_queue("docflow.processor", durable=True)
    with capture_logs() as logs:
        link = _link(broker.url)
        await asyncio.sleep(2)
        up = link.up
        await link.aclose()
    told = [each for each in logs if each["event"] == "broker.misconfigured"]
    assert [each["code"] for each in told] == ["broker_queue_differs"]
    assert "docflow.processor" in told[0]["detail"]
    assert not up


async def test_it_heals_when_the_queue_is_put_right(broker: RabbitServer, channel: AbstractChannel) -> None:
    await channel.declare_queue("docflow.processor", durable=True)
    link = _link(broker.url)
    await asyncio.sleep(1)
    await channel.queue_delete("docflow.processor")
    await eventually(lambda: link.up)
    await link.aclose()


async def test_something_that_is_no_broker_is_survived(s3_server) -> None:  # type: ignore[no-untyped-def]
    with capture_logs() as logs:
        link = _link(f"amqp://guest:guest@127.0.0.1:{s3_server.port}/")
        await eventually(lambda: bool(logs))
        await asyncio.sleep(3)
        await link.aclose()
    assert len(logs) == 1


async def test_a_deleted_exchange_is_declared_again(
    open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    transport = open_transport()
    await eventually(lambda: transport.healthy)
    await channel.exchange_delete(EVENTS)
    async with asyncio.timeout(15):
        while True:
            try:
                await transport.publish([event("audit.output")])
                break
            except TransientError:
                await asyncio.sleep(0.1)


def _link(url: str) -> Link:
    link = Link(url, name="test", rng=random.Random(1), timing=QUICK)
    link.start()
    return link
