"""The cache of one process: the least recently used values go first."""

from collections import OrderedDict

from docflow.domain.ports.clock import Clock


class MemoryCache:
    def __init__(self, clock: Clock, *, most_entries: int = 10_000) -> None:
        self._clock = clock
        self._most_entries = most_entries
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    async def get(self, key: str) -> bytes | None:
        found = self._entries.get(key)
        if found is None:
            return None
        until, value = found
        if self._clock.monotonic() >= until:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return value

    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None:
        self._entries[key] = (self._clock.monotonic() + ttl_s, value)
        self._entries.move_to_end(key)
        while len(self._entries) > self._most_entries:
            self._entries.popitem(last=False)

    async def delete(self, *keys: str) -> None:
        for key in keys:
            self._entries.pop(key, None)

    async def aclose(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._entries.clear()
