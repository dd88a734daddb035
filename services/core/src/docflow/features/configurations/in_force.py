"""Which versions take a client's new processes, kept for a few seconds."""

from collections import OrderedDict
from uuid import UUID

from docflow.domain.configuration import Configuration
from docflow.domain.ports.cache import Cache
from docflow.features.configurations.traffic import Traffic

TTL_S = 5.0
_REMEMBERED = 500

_Key = tuple[UUID, str, int]


class InForce:
    """The cache holds which version is in force, and which is the canary; the versions themselves never change and stay
    in this process.

    Whoever changes either calls `forget` after the commit.
    """

    def __init__(self, cache: Cache, *, ttl_s: float = TTL_S) -> None:
        self._cache = cache
        self._ttl_s = ttl_s
        self._versions: OrderedDict[_Key, Configuration] = OrderedDict()

    async def get(self, client_id: UUID, process_type_id: str) -> Traffic | None:
        """None = look it up: nothing is kept, or this process has not seen one of the versions yet."""
        pointer = await self._cache.get(_pointer(client_id, process_type_id))
        numbers = [] if pointer is None else pointer.split(b" ")
        if len(numbers) not in (1, 3) or not all(number.isdigit() for number in numbers):
            return None
        in_force = self._versions.get((client_id, process_type_id, int(numbers[0])))
        if in_force is None or len(numbers) == 1:
            return None if in_force is None else Traffic(in_force)
        canary = self._versions.get((client_id, process_type_id, int(numbers[1])))
        return None if canary is None else Traffic(in_force, canary, int(numbers[2]))

    async def remember(self, found: Traffic) -> None:
        pointer = self._keep(found.in_force)
        if found.canary is not None:
            pointer = f"{pointer} {self._keep(found.canary)} {found.percent}"
        key = _pointer(found.in_force.client_id, found.in_force.process_type_id)
        await self._cache.set(key, pointer.encode(), ttl_s=self._ttl_s)

    async def forget(self, client_id: UUID, process_type_id: str) -> None:
        await self._cache.delete(_pointer(client_id, process_type_id))

    def _keep(self, found: Configuration) -> str:
        key = (found.client_id, found.process_type_id, found.version)
        self._versions[key] = found
        self._versions.move_to_end(key)
        if len(self._versions) > _REMEMBERED:
            self._versions.popitem(last=False)
        return str(found.version)


def _pointer(client_id: UUID, process_type_id: str) -> str:
    return f"configuration:{client_id}:{process_type_id}"
