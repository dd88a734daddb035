"""One suite for the limits of one process and those that processes share."""

import asyncio

import pytest
from docflow.adapters.limits.counting import memory_limits
from docflow.adapters.limits.redis import RedisLimits
from docflow.adapters.redis.link import RedisLink
from docflow.domain.ports.limits import RateLimits
from docflow.testing.servers import RedisServer


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.full)])
def limits(request: pytest.FixtureRequest) -> RateLimits:
    if request.param == "memory":
        return memory_limits()
    return RedisLimits(request.getfixturevalue("redis_link"), request.getfixturevalue("redis_server").url)


@pytest.fixture
def shared(redis_link: RedisLink, redis_server: RedisServer) -> RedisLimits:
    return RedisLimits(redis_link, redis_server.url)


async def test_calls_up_to_the_limit_are_allowed_and_no_more(limits: RateLimits) -> None:
    verdicts = [await limits.hit("a", limit=3) for _ in range(5)]
    assert [each.allowed for each in verdicts] == [True, True, True, False, False]


async def test_it_tells_what_remains(limits: RateLimits) -> None:
    assert [(await limits.hit("a", limit=3)).remaining for _ in range(3)] == [2, 1, 0]


async def test_it_tells_when_to_come_back(limits: RateLimits) -> None:
    await limits.hit("a", limit=1, window_s=60)
    assert 0 < (await limits.hit("a", limit=1, window_s=60)).reset_after_s <= 120


async def test_one_key_does_not_use_up_anothers(limits: RateLimits) -> None:
    await limits.hit("a", limit=1)
    assert (await limits.hit("b", limit=1)).allowed


async def test_a_dear_call_uses_up_more(limits: RateLimits) -> None:
    assert (await limits.hit("a", limit=10, cost=8)).allowed
    assert not (await limits.hit("a", limit=10, cost=8)).allowed


async def test_many_at_once_are_counted_exactly(limits: RateLimits) -> None:
    verdicts = await asyncio.gather(*(limits.hit("a", limit=20) for _ in range(60)))
    assert sum(each.allowed for each in verdicts) == 20


@pytest.mark.full
async def test_two_processes_share_a_limit(redis_link: RedisLink, redis_server: RedisServer) -> None:
    one, other = (RedisLimits(redis_link, redis_server.url) for _ in range(2))
    await one.hit("a", limit=1)
    assert not (await other.hit("a", limit=1)).allowed


@pytest.mark.full
async def test_without_redis_each_process_counts_for_itself(
    shared: RedisLimits, redis_server: RedisServer
) -> None:
    await asyncio.to_thread(redis_server.kill)
    verdicts = [await shared.hit("a", limit=2) for _ in range(3)]
    assert [each.allowed for each in verdicts] == [True, True, False]


@pytest.mark.full
async def test_after_an_outage_the_shared_count_is_back(
    shared: RedisLimits, redis_server: RedisServer, redis_link: RedisLink
) -> None:
    await shared.hit("a", limit=1, window_s=600)
    redis_server.pause()
    assert (await shared.hit("a", limit=1, window_s=600)).allowed
    redis_server.resume()
    await asyncio.wait_for(redis_link.wait_up(), 10)
    assert not (await shared.hit("a", limit=1, window_s=600)).allowed


@pytest.mark.full
async def test_cancelled_calls_leave_a_working_limiter(shared: RedisLimits) -> None:
    for _ in range(30):
        calls = [asyncio.create_task(shared.hit("busy", limit=10_000)) for _ in range(20)]
        await asyncio.sleep(0.001)
        for call in calls[::2]:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    assert (await shared.hit("fresh", limit=5)).remaining == 4
