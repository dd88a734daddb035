"""The cache that the processes of an installation share; the process's own takes over while it is away."""

from docflow.adapters.cache.memory import MemoryCache
from docflow.adapters.redis.link import RedisLink
from docflow.domain.errors import TransientError

_PREFIX = "docflow:cache:"
_MOST_STALE = 10_000


class RedisCache:
    """Keys changed while Redis was away are remembered and removed there before it is believed again.

    When they are too many to remember, all keys of the cache are.
    """

    def __init__(self, link: RedisLink, local: MemoryCache) -> None:
        self._link = link
        self._local = local
        self._stale: set[str] = set()
        link.on_return(self._give_back)

    async def get(self, key: str) -> bytes | None:
        try:
            found = await self._link.ask(lambda redis: redis.get(_PREFIX + key))
        except TransientError:
            return await self._local.get(key)
        # The pool gives bytes; the library's annotation also knows clients that decode.
        return found.encode() if isinstance(found, str) else found

    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None:
        try:
            await self._link.ask(
                lambda redis: redis.set(_PREFIX + key, value, px=max(1, round(ttl_s * 1000)))
            )
        except TransientError:
            self._remember(key)
            await self._local.set(key, value, ttl_s=ttl_s)

    async def delete(self, *keys: str) -> None:
        if not keys:
            return
        try:
            await self._link.ask(lambda redis: redis.delete(*(_PREFIX + key for key in keys)))
        except TransientError:
            self._remember(*keys)
            await self._local.delete(*keys)

    async def aclose(self) -> None:
        """The link is closed by whoever opened it."""
        await self._local.aclose()

    def _remember(self, *keys: str) -> None:
        if len(self._stale) <= _MOST_STALE:
            self._stale.update(keys)

    async def _give_back(self) -> None:
        self._local.clear()
        stale = set(self._stale)
        if len(stale) > _MOST_STALE:
            async for found in self._link.client.scan_iter(match=f"{_PREFIX}*", count=1000):
                await self._link.client.unlink(found)
        elif stale:
            await self._link.client.unlink(*(_PREFIX + key for key in stale))
        self._stale -= stale
