"""Hints on their way out: a bounded buffer and one task that empties it, so that nobody waits for the broker."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from uuid import UUID

import structlog

from docflow.adapters.transport.rabbitmq.publisher import Publisher
from docflow.adapters.transport.rabbitmq.wire import RUNS_PER_HINT, Parcel, hint_parcel
from docflow.domain.errors import TransientError
from docflow.domain.stages import Stage

log = structlog.get_logger(__name__)

_MOST_WAITING = 10_000


class HintSender:
    """While one publish is under way, further hints gather and go as one: the busier, the fewer messages.

    What cannot be sent is dropped, which `dropped` is told of: polling finds those runs sooner than a late hint would.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        new_id: Callable[[], UUID],
        dropped: Callable[[int], None] = lambda runs: None,
    ) -> None:
        self._publisher = publisher
        self._new_id = new_id
        self._waiting: dict[UUID, Stage] = {}
        self._stirred = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._dropped = dropped

    def offer(self, runs: Sequence[tuple[Stage, UUID]]) -> None:
        """Take these to be sent soon. Never waits, never raises."""
        for stage, run_id in runs:
            if len(self._waiting) >= _MOST_WAITING and run_id not in self._waiting:
                self._dropped(1)
                continue
            self._waiting[run_id] = stage
        if self._waiting:
            self._stirred.set()

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="rabbitmq-hints")

    async def aclose(self, *, flush_s: float = 1.0) -> None:
        """Send what waits, for so long at most."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(TimeoutError):
            async with asyncio.timeout(flush_s):
                await self._send_waiting()

    async def _run(self) -> None:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            await self._send_waiting()

    async def _send_waiting(self) -> None:
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        try:
            await self._publisher.send(list(self._parcels(waiting)))
        except TransientError as error:
            self._dropped(len(waiting))
            log.debug("broker.hints_dropped", code=error.code, runs=len(waiting))

    def _parcels(self, waiting: dict[UUID, Stage]) -> Iterator[Parcel]:
        by_stage: dict[Stage, list[UUID]] = {}
        for run_id, stage in waiting.items():
            by_stage.setdefault(stage, []).append(run_id)
        for stage, runs in by_stage.items():
            for start in range(0, len(runs), RUNS_PER_HINT):
                yield hint_parcel(stage, runs[start : start + RUNS_PER_HINT], self._new_id())
