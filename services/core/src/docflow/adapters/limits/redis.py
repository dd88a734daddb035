"""Rate limits that the processes of an installation share; each counts for itself while Redis is away."""

from limits.aio.storage import RedisStorage

from docflow.adapters.limits.counting import CountingLimits, memory_limits
from docflow.adapters.redis.link import RedisLink
from docflow.domain.errors import TransientError
from docflow.domain.ports.limits import Verdict


class RedisLimits:
    def __init__(self, link: RedisLink, url: str) -> None:
        self._link = link
        storage = RedisStorage(
            f"async+{url}",
            implementation="redispy",
            key_prefix="docflow:limits",
            connection_pool=link.pool,  # type: ignore[arg-type] # the library's annotation forgets pools
        )
        self._shared = CountingLimits(storage)
        self._own = memory_limits()

    async def hit(self, key: str, *, limit: int, window_s: int = 60, cost: int = 1) -> Verdict:
        try:
            return await self._link.ask(
                lambda _: self._shared.hit(key, limit=limit, window_s=window_s, cost=cost)
            )
        except TransientError:
            return await self._own.hit(key, limit=limit, window_s=window_s, cost=cost)

    async def aclose(self) -> None:
        """The link is closed by whoever opened it."""
