"""Finishes runs: what finished while the last commit ran goes into the next one."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog

from docflow.db.database import Database
from docflow.db.together import Together
from docflow.domain.backoff import Backoff
from docflow.domain.errors import TransientError
from docflow.domain.jobs import LostRun
from docflow.domain.transition import Transition
from docflow.features.stage_runs import repository
from docflow.features.stage_runs.repository import Finished

log = structlog.get_logger(__name__)

_PATIENCE = Backoff(base_s=0.2, cap_s=2.0)

Asked = tuple[UUID, Transition]


class Finisher:
    """`committed` is awaited with the transitions that took effect, after each commit; it raises nothing."""

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
        self._together: Together[Asked, Finished | None] = Together(self._write)

    async def finish(self, worker_id: UUID, transition: Transition) -> Finished:
        """Carry out a transition of a claimed run. While the database is away it is tried again and again.

        Raises LostRun when the run is no longer the worker's, and the database's error when it refuses the
        transition itself.
        """
        finished = await self._together.ask((worker_id, transition))
        if finished is None:
            raise LostRun
        return finished

    async def _write(self, asked: Sequence[Asked]) -> list[Finished | None]:
        by_worker: defaultdict[UUID, list[Transition]] = defaultdict(list)
        for worker_id, transition in asked:
            by_worker[worker_id].append(transition)
        finished: dict[UUID, Finished] = {}
        # Of an id that was given up nothing is written, so that one commit at most is made here.
        for worker_id, transitions in by_worker.items():
            finished |= await self._patiently(worker_id, transitions)
        answers = [finished.get(one.run.run_id) if one.run else None for _, one in asked]
        effective = [one for (_, one), answer in zip(asked, answers, strict=True) if answer is not None]
        if effective:
            await self._committed(effective)
        return answers

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
