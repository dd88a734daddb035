"""Waiting for a wish to go on, with a limit."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Bell:
    """Rung to wake a loop; rings while nobody waits come as one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, limit_s: float) -> None:
        """Until it rings, at most `limit_s` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._event.wait()
        self._event.clear()

    @contextmanager
    def rung_by(self, event: asyncio.Event) -> Iterator[None]:
        """Ring once when `event` is set, so that a loop which waits sees the end at once."""

        async def listen() -> None:
            await event.wait()
            self.ring()

        listener = asyncio.create_task(listen())
        try:
            yield
        finally:
            listener.cancel()
