"""Hints over a real RabbitMQ: who gets them, when they come again, where broken ones go."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractChannel
from docflow.adapters.transport.rabbitmq.topology import DEAD, EVENTS
from docflow.domain.ids import new_id
from docflow.domain.ports.transport import Hint
from docflow.domain.stages import Stage
from docflow.testing.servers import RabbitServer

from tests.contract.transport.conftest import OpenTransport
from tests.contract.transport.eventually import eventually, soon

pytestmark = pytest.mark.full


async def _connected(hints: AsyncIterator[Hint]) -> "asyncio.Task[Hint]":
    """Begin to wait for the next hint."""
    waiting: asyncio.Task[Hint] = asyncio.ensure_future(anext(hints))
    await asyncio.sleep(0)
    return waiting


async def _count(channel: AbstractChannel, queue: str) -> int:
    declared = await channel.declare_queue(queue, passive=True)
    return declared.declaration_result.message_count or 0


async def test_a_hint_reaches_a_worker_of_its_stage(open_transport: OpenTransport) -> None:
    sender, worker = open_transport(), open_transport()
    run_id = new_id()
    waiting = await _connected(worker.hints([Stage.OUTPUT]))
    await eventually(lambda: sender.healthy and worker.healthy)
    await sender.hint([(Stage.OUTPUT, run_id)])
    hint = await soon(waiting)
    assert hint.runs == ((Stage.OUTPUT, run_id),)
    await hint.ack()


async def test_a_hint_does_not_reach_a_worker_of_another_stage(open_transport: OpenTransport) -> None:
    sender, worker = open_transport(), open_transport()
    wanted = new_id()
    waiting = await _connected(worker.hints([Stage.INTELLIGENT_PROCESS]))
    await eventually(lambda: sender.healthy and worker.healthy)
    await sender.hint([(Stage.OUTPUT, new_id()), (Stage.INGEST, new_id())])
    await sender.hint([(Stage.INTELLIGENT_PROCESS, wanted)])
    assert [run_id for _, run_id in (await soon(waiting)).runs] == [wanted]


async def test_the_ocr_worker_gets_both_of_its_stages(open_transport: OpenTransport) -> None:
    sender, worker = open_transport(), open_transport()
    hints = worker.hints([Stage.INGEST, Stage.INTELLIGENT_OCR])
    runs = [(Stage.INGEST, new_id()), (Stage.INTELLIGENT_OCR, new_id())]
    waiting = await _connected(hints)
    await eventually(lambda: sender.healthy and worker.healthy)
    await sender.hint(runs)
    got = set((await soon(waiting)).runs)
    while len(got) < 2:
        got |= set((await soon(anext(hints))).runs)
    assert got == set(runs)


async def test_hints_of_a_busy_moment_are_few_messages_and_lose_no_run(
    open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    sender = open_transport()
    await eventually(lambda: sender.healthy)
    runs = [(Stage.OUTPUT, new_id()) for _ in range(160)]
    for run in runs:
        await sender.hint([run])
    worker = open_transport()
    got: set[tuple[Stage, object]] = set()
    hints = worker.hints([Stage.OUTPUT])
    await asyncio.sleep(0.3)
    assert await _count(channel, "docflow.output") <= 12
    while len(got) < len(runs):
        hint = await soon(anext(hints))
        got |= set(hint.runs)
        await hint.ack()
    assert got == set(runs)


async def test_a_hint_not_acknowledged_by_a_worker_that_dies_comes_to_another(
    open_transport: OpenTransport,
) -> None:
    sender, dying, heir = open_transport(), open_transport(), open_transport()
    waiting = await _connected(dying.hints([Stage.OUTPUT]))
    await eventually(lambda: sender.healthy and dying.healthy)
    run = (Stage.OUTPUT, new_id())
    await sender.hint([run])
    assert (await soon(waiting)).runs == (run,)
    waiting = await _connected(heir.hints([Stage.OUTPUT]))
    await dying.aclose()
    assert (await soon(waiting)).runs == (run,)


async def test_an_acknowledged_hint_does_not_come_again(
    open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    sender, worker = open_transport(), open_transport()
    waiting = await _connected(worker.hints([Stage.OUTPUT]))
    await eventually(lambda: sender.healthy and worker.healthy)
    await sender.hint([(Stage.OUTPUT, new_id())])
    hint = await soon(waiting)
    await hint.ack()
    await hint.ack()
    await worker.aclose()
    assert await _count(channel, "docflow.output") == 0


async def test_a_worker_without_room_leaves_hints_to_others(open_transport: OpenTransport) -> None:
    sender, full, free = open_transport(), open_transport(), open_transport()
    full_hints = full.hints([Stage.OUTPUT])
    waiting = await _connected(full_hints)
    await eventually(lambda: sender.healthy and full.healthy)
    await sender.hint([(Stage.OUTPUT, new_id())])
    await (await soon(waiting)).ack()
    # Its consumer is still there, and it does not ask for more.
    later = (Stage.OUTPUT, new_id())
    await sender.hint([later])
    await asyncio.sleep(1)
    hint = await soon(anext(free.hints([Stage.OUTPUT])))
    assert hint.runs == (later,)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"v":2,"type":"stage.output","runs":[]}',
        b'{"v":1,"type":"stage.nothing","runs":[]}',
        b'{"v":1,"type":"stage.output","runs":["x"]}',
        b'{"v":1,"type":"stage.output","runs":{"a":1}}',
        b'{"v":1,"type":"stage.output","runs":[7]}',
    ],
)
async def test_a_message_that_cannot_be_read_goes_to_the_dead_letters(
    open_transport: OpenTransport, channel: AbstractChannel, body: bytes
) -> None:
    worker = open_transport()
    hints = worker.hints([Stage.OUTPUT])
    waiting = await _connected(hints)
    await eventually(lambda: worker.healthy)
    exchange = await channel.get_exchange(EVENTS)
    await exchange.publish(AmqpMessage(body), "stage.output")
    dead = await channel.declare_queue(DEAD, passive=True)
    async with asyncio.timeout(10):
        while (letter := await dead.get(fail=False, no_ack=True)) is None:
            await asyncio.sleep(0.05)
    assert letter.body == body
    assert not waiting.done()
    waiting.cancel()


async def test_the_runs_after_a_broken_message_still_come(
    open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    sender, worker = open_transport(), open_transport()
    waiting = await _connected(worker.hints([Stage.OUTPUT]))
    await eventually(lambda: sender.healthy and worker.healthy)
    exchange = await channel.get_exchange(EVENTS)
    await exchange.publish(AmqpMessage(b"\x00"), "stage.output")
    run = (Stage.OUTPUT, uuid4())
    await sender.hint([run])
    assert (await soon(waiting)).runs == (run,)


async def test_a_deleted_queue_is_made_again(open_transport: OpenTransport, channel: AbstractChannel) -> None:
    sender, worker = open_transport(), open_transport()
    waiting = await _connected(worker.hints([Stage.OUTPUT]))
    await eventually(lambda: sender.healthy and worker.healthy)
    await asyncio.sleep(0.2)
    await channel.queue_delete("docflow.output")
    run = (Stage.OUTPUT, new_id())
    async with asyncio.timeout(15):
        while not waiting.done():
            await sender.hint([run])
            await asyncio.sleep(0.2)
    assert run in (await waiting).runs


async def test_closing_ends_those_who_wait(open_transport: OpenTransport) -> None:
    worker = open_transport()
    hints = worker.hints([Stage.OUTPUT])
    waiting = await _connected(hints)
    await eventually(lambda: worker.healthy)
    await worker.aclose()
    with pytest.raises(StopAsyncIteration):
        await soon(waiting)


async def test_a_hint_while_the_broker_is_away_neither_waits_nor_raises(broker: RabbitServer) -> None:
    from docflow.adapters.transport.rabbitmq.transport import RabbitTransport

    dropped: list[int] = []
    transport = RabbitTransport("amqp://guest:guest@127.0.0.1:1/", name="test.away", dropped=dropped.append)
    transport.start()
    for _ in range(3):
        await transport.hint([(Stage.OUTPUT, new_id()) for _ in range(9_000)])
        await asyncio.sleep(0.05)
    assert not transport.healthy
    assert sum(dropped) == 27_000
    await transport.aclose()


async def test_of_two_workers_one_gets_a_hint(open_transport: OpenTransport) -> None:
    sender, one, other = open_transport(), open_transport(), open_transport()
    waits = [await _connected(each.hints([Stage.OUTPUT])) for each in (one, other)]
    await eventually(lambda: sender.healthy and one.healthy and other.healthy)
    await sender.hint([(Stage.OUTPUT, new_id())])
    done, pending = await asyncio.wait(waits, timeout=15, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait(pending, timeout=0.5)
    assert (len(done), sum(not wait.done() for wait in waits)) == (1, 1)
    for wait in pending:
        wait.cancel()


async def test_two_listeners_of_one_worker_both_get_a_hint(open_transport: OpenTransport) -> None:
    sender, worker = open_transport(), open_transport()
    waits = [await _connected(worker.hints([Stage.OUTPUT])) for _ in range(2)]
    await eventually(lambda: sender.healthy and worker.healthy)
    run = (Stage.OUTPUT, new_id())
    await sender.hint([run])
    assert [(await soon(wait)).runs for wait in waits] == [(run,), (run,)]


async def test_a_hint_given_to_two_listeners_is_settled_by_both(
    open_transport: OpenTransport, channel: AbstractChannel
) -> None:
    sender, worker = open_transport(), open_transport()
    waits = [await _connected(worker.hints([Stage.OUTPUT])) for _ in range(2)]
    await eventually(lambda: sender.healthy and worker.healthy)
    await sender.hint([(Stage.OUTPUT, new_id())])
    first, second = [await soon(wait) for wait in waits]
    await first.ack()
    await worker.aclose()
    assert await _count(channel, "docflow.output") == 1
    await second.ack()
