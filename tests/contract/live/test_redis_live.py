"""Snapshots over a real Redis, between two processes' worth of fan-out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from docflow.adapters.live.memory import MemoryLive
from docflow.adapters.live.redis import RedisLive
from docflow.adapters.redis.link import RedisLink
from docflow.domain.ids import new_id
from docflow.domain.ports.live import Snapshot
from docflow.testing.servers import RedisServer

pytestmark = pytest.mark.full

Open = Callable[[], RedisLive]


def snapshot(client_id: UUID, version: int = 1) -> Snapshot:
    return Snapshot(
        client_id=client_id,
        process_id=new_id(),
        status="extracting",
        current_stage="INTELLIGENT_OCR",
        version=version,
        updated_at=datetime.now(UTC),
    )


@pytest.fixture
async def open_live(redis_link: RedisLink) -> AsyncIterator[Open]:
    opened: list[RedisLive] = []

    def open_one() -> RedisLive:
        live = RedisLive(redis_link, MemoryLive(), again_s=0.1)
        live.start()
        opened.append(live)
        return live

    yield open_one
    for live in opened:
        await live.aclose()


async def _next(stream: AsyncIterator[Snapshot]) -> Snapshot:
    return await asyncio.wait_for(anext(stream), 10)


async def test_a_snapshot_reaches_the_streams_of_another_process(open_live: Open) -> None:
    here, there = open_live(), open_live()
    await asyncio.wait_for(there.listening.wait(), 10)
    sent = snapshot(new_id())
    stream = there.subscribe(sent.client_id)
    await here.publish(sent)
    assert await _next(stream) == sent


async def test_a_snapshot_reaches_the_own_streams_once(open_live: Open) -> None:
    here = open_live()
    await asyncio.wait_for(here.listening.wait(), 10)
    first = snapshot(new_id(), version=1)
    second = snapshot(first.client_id, version=2)
    stream = here.subscribe(first.client_id)
    await here.publish(first)
    await asyncio.sleep(0.3)
    await here.publish(second)
    assert [(await _next(stream)).version for _ in range(2)] == [1, 2]


async def test_a_client_does_not_see_anothers(open_live: Open) -> None:
    here, there = open_live(), open_live()
    await asyncio.wait_for(there.listening.wait(), 10)
    mine = snapshot(new_id())
    stream = there.subscribe(mine.client_id)
    await here.publish(snapshot(new_id()))
    await here.publish(mine)
    assert await _next(stream) == mine


async def test_without_redis_the_own_streams_go_on(open_live: Open, redis_server: RedisServer) -> None:
    here = open_live()
    await asyncio.to_thread(redis_server.kill)
    sent = snapshot(new_id())
    stream = here.subscribe(sent.client_id)
    await here.publish(sent)
    assert await _next(stream) == sent


async def test_after_an_outage_other_processes_are_heard_again(
    open_live: Open, redis_server: RedisServer, redis_link: RedisLink
) -> None:
    here, there = open_live(), open_live()
    await asyncio.wait_for(there.listening.wait(), 10)
    await asyncio.to_thread(redis_server.kill)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(redis_server.start)
    await asyncio.wait_for(redis_link.wait_up(), 10)
    sent = snapshot(new_id())
    stream = there.subscribe(sent.client_id)
    heard = asyncio.ensure_future(anext(stream))
    async with asyncio.timeout(10):
        while not heard.done():
            await here.publish(sent)
            await asyncio.sleep(0.1)
    assert (await heard) == sent


async def test_what_is_no_snapshot_is_passed_over(open_live: Open, redis_link: RedisLink) -> None:
    here, there = open_live(), open_live()
    await asyncio.wait_for(there.listening.wait(), 10)
    for body in (b"", b"[]", b"{}", b'{"origin":"x","client_id":7}'):
        await redis_link.client.publish("docflow:live", body)
    sent = snapshot(new_id())
    stream = there.subscribe(sent.client_id)
    await here.publish(sent)
    assert await _next(stream) == sent
