"""The workbench without processes: calls run in a thread, so breakpoints and coverage work."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from docflow.domain.deadline import clock_stopped
from docflow.domain.errors import PermanentError

T = TypeVar("T")

#: A child does one thing at a time, and pdfium bears no second thread in its process.
_ONE_AT_A_TIME = threading.Lock()


class ThreadWorkbench:
    """In-memory twin. It cannot kill what runs over time: it gives `timeout` and leaves the thread to end."""

    async def run(
        self, function: Callable[..., T], /, *args: object, timeout_s: float, pool: str = "parse"
    ) -> T:
        try:
            with clock_stopped():
                return await asyncio.wait_for(asyncio.to_thread(_alone, function, args), timeout_s)
        except TimeoutError as error:
            raise PermanentError("reading took too long", code="timeout") from error
        except MemoryError as error:
            raise PermanentError("the file needs more memory than allowed", code="resource_limit") from error

    async def warm(self, function: Callable[[], object], /, *, timeout_s: float, pool: str = "parse") -> None:
        with suppress(Exception):
            await self.run(function, timeout_s=timeout_s)

    async def aclose(self) -> None:
        return None


def _alone(function: Callable[..., T], args: tuple[object, ...]) -> T:
    with _ONE_AT_A_TIME:
        return function(*args)
