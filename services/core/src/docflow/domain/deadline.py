"""How long a stage may work, where waiting for what has a limit of its own is not work."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar


class Deadline:
    """Counts down while the clock runs; several waits that overlap stop it once."""

    def __init__(self, seconds: float) -> None:
        self.limit = asyncio.timeout(seconds)
        self._left_s = seconds
        self._stops = 0

    @property
    def expired(self) -> bool:
        return self.limit.expired()

    def stop_clock(self) -> None:
        self._stops += 1
        ends_at = self.limit.when()
        if self._stops == 1 and ends_at is not None and not self.expired:
            self._left_s = ends_at - asyncio.get_running_loop().time()
            self.limit.reschedule(None)

    def start_clock(self) -> None:
        self._stops -= 1
        if self._stops == 0 and not self.expired:
            self.limit.reschedule(asyncio.get_running_loop().time() + self._left_s)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[Deadline]:
    """Raises TimeoutError when the block works for longer."""
    made = Deadline(seconds)
    async with made.limit:
        token = _current.set(made)
        try:
            yield made
        finally:
            _current.reset(token)
            # Tasks that outlive the block may still start or stop the clock; it has nothing to end any more.
            made.stop_clock()


@contextmanager
def clock_stopped() -> Iterator[None]:
    """Around a wait that has a limit of its own: it is not counted by the deadline it happens under, if any."""
    counting = _current.get()
    if counting is None:
        yield
        return
    counting.stop_clock()
    try:
        yield
    finally:
        counting.start_clock()
