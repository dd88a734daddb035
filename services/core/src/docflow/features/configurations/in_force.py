"""Which configuration of a client is in force, kept for a few seconds."""

from collections import OrderedDict
from uuid import UUID

from docflow.domain.configuration import Configuration
from docflow.domain.ports.cache import Cache

TTL_S = 5.0
_REMEMBERED = 500

_Key = tuple[UUID, str, int]


class InForce:
    """The cache holds the version that is in force; the versions themselves never change and stay in this process.

    Whoever publishes or retires a configuration calls `forget` after the commit.
    """

    def __init__(self, cache: Cache, *, ttl_s: float = TTL_S) -> None:
        self._cache = cache
        self._ttl_s = ttl_s
        self._versions: OrderedDict[_Key, Configuration] = OrderedDict()

    async def get(self, client_id: UUID, process_type_id: str) -> Configuration | None:
        """None = look it up: nothing is kept, or this process has not seen that version yet."""
        version = await self._cache.get(_pointer(client_id, process_type_id))
        if version is None or not version.isdigit():
            return None
        return self._versions.get((client_id, process_type_id, int(version)))

    async def remember(self, found: Configuration) -> None:
        key = (found.client_id, found.process_type_id, found.version)
        self._versions[key] = found
        self._versions.move_to_end(key)
        if len(self._versions) > _REMEMBERED:
            self._versions.popitem(last=False)
        pointer = _pointer(found.client_id, found.process_type_id)
        await self._cache.set(pointer, str(found.version).encode(), ttl_s=self._ttl_s)

    async def forget(self, client_id: UUID, process_type_id: str) -> None:
        await self._cache.delete(_pointer(client_id, process_type_id))


def _pointer(client_id: UUID, process_type_id: str) -> str:
    return f"configuration:{client_id}:{process_type_id}"
