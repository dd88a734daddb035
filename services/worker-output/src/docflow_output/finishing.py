"""Outcomes of a lane: what ends while others are being written is written with the next, in one transaction."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from docflow.db.database import Database
from docflow.db.together import Together
from sqlalchemy.ext.asyncio import AsyncSession

Outcome = TypeVar("Outcome")


class Finishing(Generic[Outcome]):
    """`write(session, worker_id, outcomes)` gives the ids that took effect; `id_of` is an outcome's."""

    def __init__(
        self,
        database: Database,
        write: Callable[[AsyncSession, UUID, Sequence[Outcome]], Awaitable[set[UUID]]],
        id_of: Callable[[Outcome], UUID],
    ) -> None:
        self._database = database
        self._write = write
        self._id_of = id_of
        self._together: Together[tuple[UUID, Outcome], bool] = Together(self._write_all)

    async def add(self, worker_id: UUID, outcome: Outcome) -> bool:
        """Whether it took effect, once it is committed."""
        return await self._together.ask((worker_id, outcome))

    async def _write_all(self, given: Sequence[tuple[UUID, Outcome]]) -> list[bool]:
        by_worker: defaultdict[UUID, list[Outcome]] = defaultdict(list)
        for worker_id, outcome in given:
            by_worker[worker_id].append(outcome)
        done: set[UUID] = set()
        async with self._database.nobody() as session:
            for worker_id, outcomes in by_worker.items():
                done |= await self._write(session, worker_id, outcomes)
        return [self._id_of(outcome) in done for _, outcome in given]
