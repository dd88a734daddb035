"""Finishes runs together: what finished while the last commit ran goes into the next one. No timers."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from docflow.db.database import Database
from docflow.domain.backoff import Backoff
from docflow.domain.errors import TransientError
from docflow.domain.jobs import LostRun
from docflow.domain.transition import Transition
from docflow.features.stage_runs import repository
from docflow.features.stage_runs.repository import Finished

log = structlog.get_logger(__name__)

_BATCH = 64
_PATIENCE = Backoff(base_s=0.2, cap_s=2.0)


@dataclass(slots=True)
class _Waiting:
    worker_id: UUID
    transition: Transition
    answer: asyncio.Future[Finished | None]


class Finisher:
    """`committed` is awaited with the transitions that took effect, after each commit."""

    def __init__(
        self,
        database: Database,
        committed: Callable[[Sequence[Transition]], Awaitable[None]],
        *,
        is_current: Callable[[UUID], bool] = lambda _: True,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._committed = committed
        self._is_current = is_current
        self._chance = chance
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def finish(self, worker_id: UUID, transition: Transition) -> Finished:
        """Carry out a transition of a claimed run. While the database is away it is tried again and again.

        Raises LostRun when the run is no longer the worker's, and the database's error when it refuses the
        transition itself.
        """
        answer: asyncio.Future[Finished | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(worker_id, transition, answer))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="runs.finish")
        finished = await answer
        if finished is None:
            raise LostRun
        return finished

    async def _write(self) -> None:
        while self._waiting:
            worker_id = self._waiting[0].worker_id
            batch = [item for item in self._waiting if item.worker_id == worker_id][:_BATCH]
            taken = set(map(id, batch))
            self._waiting = [item for item in self._waiting if id(item) not in taken]
            await self._finish(worker_id, batch)

    async def _finish(self, worker_id: UUID, batch: Sequence[_Waiting]) -> None:
        try:
            finished = await self._patiently(worker_id, [item.transition for item in batch])
        except Exception as error:
            if len(batch) > 1:
                # One bad transition must not take its neighbours down.
                for item in batch:
                    await self._finish(worker_id, [item])
            else:
                _give(batch[0].answer, error)
            return
        for item in batch:
            run = item.transition.run
            _give(item.answer, finished.get(run.run_id) if run else None)
        effective = [item.transition for item in batch if _run_id(item.transition) in finished]
        if effective:
            await self._committed(effective)

    async def _patiently(self, worker_id: UUID, transitions: Sequence[Transition]) -> dict[UUID, Finished]:
        tries = 0
        while self._is_current(worker_id):
            try:
                async with self._database.nobody() as session:
                    return await repository.finish(session, worker_id, transitions)
            except TransientError as error:
                tries += 1
                if tries == 1:
                    log.warning("runs.finish_waits", code=error.code, runs=len(transitions))
                await asyncio.sleep(_PATIENCE.delay_s(tries, self._chance))
        return {}


def _run_id(transition: Transition) -> UUID | None:
    return transition.run.run_id if transition.run else None


def _give(answer: asyncio.Future[Finished | None], value: Finished | Exception | None) -> None:
    if answer.done():
        return
    if isinstance(value, Exception):
        answer.set_exception(value)
    else:
        answer.set_result(value)
