"""The workbench without processes: calls run in a thread, so breakpoints and coverage work."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from docflow.domain.deadline import clock_stopped
from docflow.domain.errors import PermanentError

T = TypeVar("T")


class ThreadWorkbench:
    """In-memory twin. It cannot kill what runs over time: it gives `timeout` and leaves the thread to end."""

    async def run(
        self, function: Callable[..., T], /, *args: object, timeout_s: float, pool: str = "parse"
    ) -> T:
        try:
            with clock_stopped():
                return await asyncio.wait_for(asyncio.to_thread(function, *args), timeout_s)
        except TimeoutError as error:
            raise PermanentError("reading took too long", code="timeout") from error
        except MemoryError as error:
            raise PermanentError("the file needs more memory than allowed", code="resource_limit") from error

    async def warm(self, function: Callable[[], object], /, *, timeout_s: float, pool: str = "parse") -> None:
        with suppress(Exception):
            await self.run(function, timeout_s=timeout_s)

    async def aclose(self) -> None:
        return None
