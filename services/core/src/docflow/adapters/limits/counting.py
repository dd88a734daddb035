"""Rate limits by the `limits` library: two counters per key approximate a sliding window."""

import time

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from docflow.domain.ports.limits import Verdict


class CountingLimits:
    """Counts in the storage it is given. Errors of the storage pass through."""

    def __init__(self, storage: Storage) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, key: str, *, limit: int, window_s: int = 60, cost: int = 1) -> Verdict:
        item = RateLimitItemPerSecond(limit, window_s)
        allowed = await self._limiter.hit(item, key, cost=cost)
        stats = await self._limiter.get_window_stats(item, key)
        # The library speaks in seconds of the epoch, and says "now" in the first millisecond of a window.
        reset_after_s = stats.reset_time - time.time()
        return Verdict(allowed, stats.remaining, reset_after_s if reset_after_s > 0 else float(window_s))

    async def aclose(self) -> None:
        """Nothing is open."""


def memory_limits() -> CountingLimits:
    """Counts in this process alone."""
    return CountingLimits(MemoryStorage())
