"""Takes due work, carries it out side by side, and sees to it that what was done is written down."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from docflow.domain.errors import TransientError

log = structlog.get_logger(__name__)

Work = TypeVar("Work")
Outcome = TypeVar("Outcome")

_FINISH_AGAIN_S = (0.2, 0.5, 1.0, 2.0)


class WorkerId(Protocol):
    """The identity under which work is claimed; it can change, so it is read at every claim."""

    worker_id: UUID


class Unsure(TransientError):
    """The database went away while a claim was committed: `work` may be claimed by us, or by nobody."""

    def __init__(self, work: Sequence[Any], cause: TransientError) -> None:
        super().__init__(cause.message, code=cause.code, after_s=cause.after_s)
        self.work = tuple(work)


class Lane(Protocol[Work, Outcome]):
    """One kind of work. `carry_out` never raises but by a bug; whatever happened is its outcome."""

    name: str

    async def claim(self, worker_id: UUID, limit: int) -> Sequence[Work]:
        """Raises TransientError, or Unsure where the rows were seen before the commit was lost."""

    def put_back(self, work: Work) -> Outcome:
        """The outcome of work that was not begun: due again at once, nothing counted."""

    async def carry_out(self, work: Work) -> Outcome: ...

    def broke(self, work: Work) -> Outcome:
        """The outcome of work that ended in an unforeseen error."""

    async def finish(self, worker_id: UUID, outcome: Outcome) -> bool:
        """False when the work was taken away."""

    def state_of(self, outcome: Outcome) -> str:
        """What the work comes to by it: a small closed set."""


class LaneLoop(Generic[Work, Outcome]):
    """At most `in_flight` pieces of work at once; polls each `poll_s` seconds, and at once after `wake`."""

    def __init__(
        self,
        lane: Lane[Work, Outcome],
        *,
        in_flight: int = 16,
        poll_s: float = 1.2,
        stop_s: float = 8.0,
        chance: Callable[[], float] = random.random,
        finished: Callable[[str, str], None] = lambda lane, state: None,
    ) -> None:
        """`finished(lane, state)` is told of each outcome that was written."""
        self._lane = lane
        self._told = finished
        self._in_flight = in_flight
        self._poll_s = poll_s
        self._stop_s = stop_s
        self._chance = chance
        self._in_hand: set[asyncio.Task[None]] = set()
        self._bell = asyncio.Event()

    def wake(self) -> None:
        self._bell.set()

    async def run(self, worker: WorkerId, stopping: asyncio.Event) -> None:
        """Until `stopping`; then what is in hand has `stop_s` seconds, and the rest is left to the next worker."""
        listener = asyncio.create_task(_ring(stopping, self._bell))
        try:
            while not stopping.is_set():
                self._bell.clear()
                if not await self.take(worker):
                    await self._wait()
        finally:
            listener.cancel()
            await self._end()

    async def take(self, worker: WorkerId) -> int:
        """Claim once and begin; returns how many pieces of work were taken."""
        free = self._in_flight - len(self._in_hand)
        if free < 1:
            return 0
        worker_id = worker.worker_id
        try:
            claimed = await self._lane.claim(worker_id, free)
        except Unsure as error:
            # Left alone, rows that are ours after all would wait for as long as this worker lives.
            log.warning("output.claim_unsure", lane=self._lane.name, code=error.code)
            for work in error.work:
                self._begin(self._finished(worker_id, self._lane.put_back(work)))
            return 0
        except TransientError as error:
            log.warning("output.claim_failed", lane=self._lane.name, code=error.code)
            return 0
        except Exception as error:
            # Let out, a bug in one lane would end all of them, in the middle of what they send.
            log.error("output.claim_failed", lane=self._lane.name, exc_info=error)
            return 0
        for work in claimed:
            self._begin(self._do(worker_id, work))
        return len(claimed)

    async def settle(self) -> None:
        """Wait for what is in hand."""
        await asyncio.gather(*self._in_hand)

    def _begin(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._in_hand.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._in_hand.discard(task)
        self._bell.set()

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_s * (0.8 + 0.4 * self._chance())):
                await self._bell.wait()

    async def _do(self, worker_id: UUID, work: Work) -> None:
        try:
            outcome = await self._lane.carry_out(work)
        except Exception as error:
            # The outermost place for one piece of work: a bug in it must not end the loop or lose the work.
            log.error("output.broke", lane=self._lane.name, error=type(error).__name__, exc_info=error)
            outcome = self._lane.broke(work)
        await self._finished(worker_id, outcome)

    async def _finished(self, worker_id: UUID, outcome: Outcome) -> None:
        """Again until it is written: what happened outside cannot be taken back, and a living worker's row is its own."""
        tries = 0
        while True:
            try:
                if await self._lane.finish(worker_id, outcome):
                    self._told(self._lane.name, self._lane.state_of(outcome))
                else:
                    log.warning("output.lost", lane=self._lane.name)
                    self._told(self._lane.name, "lost")
            except TransientError as error:
                log.warning("output.finish_failed", lane=self._lane.name, code=error.code)
            except Exception as error:
                # Giving up here would leave the row claimed for as long as this worker lives.
                log.error(
                    "output.finish_failed", lane=self._lane.name, error=type(error).__name__, exc_info=error
                )
            else:
                return
            await asyncio.sleep(_FINISH_AGAIN_S[min(tries, len(_FINISH_AGAIN_S) - 1)])
            tries += 1

    async def _end(self) -> None:
        if not self._in_hand:
            return
        _, late = await asyncio.wait(self._in_hand, timeout=self._stop_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _ring(stopping: asyncio.Event, bell: asyncio.Event) -> None:
    await stopping.wait()
    bell.set()
