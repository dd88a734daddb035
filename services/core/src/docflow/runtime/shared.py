"""What the processes of an installation share through Redis, where it is set; else each has its own."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from docflow.domain.ports.cache import Cache
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.limits import RateLimits
from docflow.domain.ports.live import LiveEvents
from docflow.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Shared:
    cache: Cache
    limits: RateLimits
    live: LiveEvents


@asynccontextmanager
async def open_shared(settings: Settings, clock: Clock) -> AsyncIterator[Shared]:
    """Does not wait for Redis; while it is away the forms inside the process take over."""
    from docflow.adapters.cache.memory import MemoryCache
    from docflow.adapters.limits.counting import memory_limits
    from docflow.adapters.live.memory import MemoryLive

    if settings.redis.url is None:
        yield Shared(MemoryCache(clock), memory_limits(), MemoryLive())
        return
    from docflow.adapters.cache.redis import RedisCache
    from docflow.adapters.limits.redis import RedisLimits
    from docflow.adapters.live.redis import RedisLive
    from docflow.adapters.redis.link import RedisLink

    url = settings.redis.url.get_secret_value()
    async with aclosing(RedisLink(url)) as link:
        cache, limits = RedisCache(link, MemoryCache(clock)), RedisLimits(link, url)
        async with aclosing(RedisLive(link, MemoryLive())) as live:
            link.start()
            live.start()
            yield Shared(cache, limits, live)
