"""One suite for both caches, and what Redis adds: outages and cancelled calls."""

import asyncio
import random

import pytest
from docflow.adapters.cache.memory import MemoryCache
from docflow.adapters.cache.redis import RedisCache
from docflow.adapters.redis.link import RedisLink
from docflow.domain.ports.cache import Cache
from docflow.testing.servers import RedisServer
from structlog.testing import capture_logs

from tests.contract.redis_timing import QUICK


class ManualClock:
    """Monotonic time that moves when told."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def now(self):  # type: ignore[no-untyped-def]
        raise AssertionError("the cache has no use for the wall clock")

    def monotonic(self) -> float:
        return self.at_s


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.full)])
def cache(request: pytest.FixtureRequest, clock: ManualClock) -> Cache:
    local = MemoryCache(clock)
    if request.param == "memory":
        return local
    return RedisCache(request.getfixturevalue("redis_link"), local)


@pytest.fixture
def redis_cache(redis_link: RedisLink, clock: ManualClock) -> RedisCache:
    return RedisCache(redis_link, MemoryCache(clock))


async def test_what_is_set_is_given(cache: Cache) -> None:
    await cache.set("a", b"\x00 bytes", ttl_s=60)
    assert await cache.get("a") == b"\x00 bytes"


async def test_what_was_never_set_is_nothing(cache: Cache) -> None:
    assert await cache.get("missing") is None


async def test_the_last_value_counts(cache: Cache) -> None:
    await cache.set("a", b"1", ttl_s=60)
    await cache.set("a", b"2", ttl_s=60)
    assert await cache.get("a") == b"2"


async def test_what_is_deleted_is_gone_and_deleting_again_is_no_error(cache: Cache) -> None:
    await cache.set("a", b"1", ttl_s=60)
    await cache.set("b", b"1", ttl_s=60)
    await cache.delete("a", "b")
    await cache.delete("a")
    await cache.delete()
    assert [await cache.get("a"), await cache.get("b")] == [None, None]


async def test_a_value_ends_with_its_time(clock: ManualClock) -> None:
    cache = MemoryCache(clock)
    await cache.set("a", b"1", ttl_s=5)
    clock.at_s += 5
    assert await cache.get("a") is None


@pytest.mark.full
async def test_a_value_ends_with_its_time_in_redis(redis_cache: RedisCache) -> None:
    await redis_cache.set("a", b"1", ttl_s=0.05)
    await asyncio.sleep(0.1)
    assert await redis_cache.get("a") is None


async def test_a_full_cache_lets_the_least_used_go(clock: ManualClock) -> None:
    cache = MemoryCache(clock, most_entries=2)
    await cache.set("a", b"1", ttl_s=60)
    await cache.set("b", b"1", ttl_s=60)
    await cache.get("a")
    await cache.set("c", b"1", ttl_s=60)
    assert [await cache.get(key) for key in "abc"] == [b"1", None, b"1"]


@pytest.mark.full
async def test_two_processes_share_values(redis_link: RedisLink, clock: ManualClock) -> None:
    one, other = (RedisCache(redis_link, MemoryCache(clock)) for _ in range(2))
    await one.set("a", b"1", ttl_s=60)
    assert await other.get("a") == b"1"


@pytest.mark.full
async def test_without_redis_the_process_keeps_values_itself(
    redis_cache: RedisCache, redis_server: RedisServer
) -> None:
    await asyncio.to_thread(redis_server.kill)
    await redis_cache.set("a", b"1", ttl_s=60)
    assert await redis_cache.get("a") == b"1"


@pytest.mark.full
async def test_a_frozen_redis_costs_one_wait_only(redis_cache: RedisCache, redis_server: RedisServer) -> None:
    redis_server.pause()
    began = asyncio.get_running_loop().time()
    for _ in range(50):
        assert await redis_cache.get("a") is None
    assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.full
async def test_what_was_deleted_during_an_outage_is_gone_afterwards(
    redis_cache: RedisCache, redis_server: RedisServer, redis_link: RedisLink
) -> None:
    await redis_cache.set("pointer", b"old", ttl_s=60)
    redis_server.pause()
    await redis_cache.delete("pointer")
    redis_server.resume()
    await asyncio.wait_for(redis_link.wait_up(), 10)
    assert await redis_cache.get("pointer") is None


@pytest.mark.full
async def test_after_an_outage_redis_is_believed_again(
    redis_cache: RedisCache, redis_server: RedisServer, redis_link: RedisLink
) -> None:
    redis_server.pause()
    await redis_cache.set("a", b"kept here meanwhile", ttl_s=60)
    redis_server.resume()
    await asyncio.wait_for(redis_link.wait_up(), 10)
    await redis_link.client.set("docflow:cache:a", b"from another process")
    assert await redis_cache.get("a") == b"from another process"


@pytest.mark.full
async def test_cancelled_calls_never_give_anybody_anothers_value(redis_cache: RedisCache) -> None:
    rng = random.Random(7)
    keys = [f"client-{n}" for n in range(50)]
    for key in keys:
        await redis_cache.set(key, key.encode() * 50, ttl_s=60)

    async def read(key: str) -> bytes | None:
        return await redis_cache.get(key)

    wrong = 0
    for _ in range(60):
        calls = {key: asyncio.create_task(read(key)) for key in rng.choices(keys, k=30)}
        await asyncio.sleep(rng.uniform(0, 0.002))
        for call in rng.sample(list(calls.values()), k=len(calls) // 2):
            call.cancel()
        answers = await asyncio.gather(*calls.values(), return_exceptions=True)
        wrong += sum(
            isinstance(answer, bytes) and answer != key.encode() * 50
            for key, answer in zip(calls, answers, strict=True)
        )
    assert wrong == 0


@pytest.mark.full
async def test_an_outage_is_said_once(redis_link: RedisLink, redis_server: RedisServer) -> None:
    with capture_logs() as logs:
        await asyncio.to_thread(redis_server.kill)
        await asyncio.sleep(1)
        await asyncio.to_thread(redis_server.start)
        await asyncio.wait_for(redis_link.wait_up(), 10)
    assert [each["event"] for each in logs] == ["redis.away", "redis.connected"]


@pytest.mark.full
async def test_wrong_credentials_are_said_once_and_nothing_raises(
    redis_server: RedisServer, clock: ManualClock
) -> None:
    link = RedisLink(redis_server.url.replace("redis://", "redis://nobody:wrong-secret@"), timing=QUICK)
    cache = RedisCache(link, MemoryCache(clock))
    with capture_logs() as logs:
        link.start()
        await asyncio.sleep(1)
        await cache.set("a", b"1", ttl_s=60)
    assert await cache.get("a") == b"1"
    assert [(each["event"], each["code"]) for each in logs] == [
        ("redis.misconfigured", "redis_credentials_refused")
    ]
    assert "wrong-secret" not in str(logs)
    await link.aclose()
