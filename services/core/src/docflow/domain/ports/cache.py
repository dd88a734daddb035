from typing import Protocol


class Cache(Protocol):
    """Small values for a short time, such as which configuration is in force. Never the only place of anything.

    No call raises because the store is away: then a value of this process alone is kept and given. A value may be
    older than the last `set` or `delete` of another process by its time to live, no more.
    """

    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, *, ttl_s: float) -> None: ...

    async def delete(self, *keys: str) -> None:
        """No error for a key that is missing."""

    async def aclose(self) -> None: ...
