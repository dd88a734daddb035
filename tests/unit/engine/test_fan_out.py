"""Hints, events and snapshots inside one process."""

import asyncio
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
from docflow.adapters.live.memory import MemoryLive
from docflow.adapters.transport.fanout import Fanout
from docflow.adapters.transport.postgres import packed
from docflow.adapters.transport.rabbitmq.wire import event_parcel
from docflow.domain.messages import Message
from docflow.domain.ports.live import Snapshot
from docflow.runtime.live_feed import snapshot_of

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ACME, GLOBEX = UUID(int=1), UUID(int=2)


def snapshot(client_id: UUID = ACME, version: int = 1) -> Snapshot:
    return Snapshot(client_id, UUID(int=9), "completed", "OUTPUT", version, NOW)


def message(number: int = 0, **data: object) -> Message:
    return Message(UUID(int=number), "process.completed", NOW, ACME, UUID(int=9), data=data)


async def test_a_subscriber_gets_its_own_clients_snapshots_alone() -> None:
    live = MemoryLive()
    stream = live.subscribe(ACME)
    await live.publish(snapshot(GLOBEX))
    await live.publish(snapshot(ACME, version=7))
    assert (await anext(stream)).version == 7
    await stream.aclose()


async def test_a_subscriber_that_falls_behind_is_ended() -> None:
    live = MemoryLive(queue_size=2)
    stream = live.subscribe(ACME)
    for version in range(5):
        await live.publish(snapshot(version=version))
    assert [each.version async for each in stream] == [0, 1]
    assert live.subscribers == 0


async def test_a_subscriber_that_leaves_is_forgotten() -> None:
    live = MemoryLive()
    stream = live.subscribe(ACME)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert live.subscribers == 0


async def test_a_listener_that_falls_behind_misses_the_oldest_events() -> None:
    fanout = Fanout(queue_size=2)
    events = fanout.events()
    for number in range(4):
        fanout.publish(message(number))
    assert [(await anext(events)).message_id for _ in range(2)] == [UUID(int=2), UUID(int=3)]


def test_events_are_packed_below_the_limit_of_the_database() -> None:
    messages = [message(number, filler="x" * 900) for number in range(30)]
    payloads = packed(messages)
    assert max(map(len, payloads)) < 8000
    assert [item["message_id"] for payload in payloads for item in orjson.loads(payload)] == [
        str(each.message_id) for each in messages
    ]


def test_a_number_of_any_size_stops_no_events() -> None:
    """The database gives 1e300 back as an integer of 301 digits."""
    (payload,) = packed([message(1, amount=10**300)])
    assert json.loads(payload)[0]["data"] == {"amount": 10**300}
    assert json.loads(event_parcel(message(1, amount=10**300)).body)["data"] == {"amount": 10**300}


def test_an_event_that_fits_nowhere_is_left_out() -> None:
    assert len(orjson.loads(packed([message(1, filler="x" * 9000), message(2)])[0])) == 1


def test_an_event_becomes_a_snapshot() -> None:
    event = message(1, status="completed", current_stage="OUTPUT", version=5, updated_at=NOW.isoformat())
    assert snapshot_of(event) == snapshot(version=5)


def test_an_event_without_a_snapshot_is_passed_over() -> None:
    assert snapshot_of(Message(uuid4(), "audit.act", NOW, ACME)) is None


def test_an_event_whose_snapshot_is_not_whole_is_passed_over() -> None:
    whole = {"status": "completed", "current_stage": "OUTPUT", "version": 3, "updated_at": NOW.isoformat()}
    assert snapshot_of(message(**whole)) is not None
    assert snapshot_of(message(**{**whole, "updated_at": "soon"})) is None
    assert snapshot_of(message(version=3)) is None
