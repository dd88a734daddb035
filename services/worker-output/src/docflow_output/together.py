"""Many outcomes, one transaction: what ends while one is being written is written with the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

Outcome = TypeVar("Outcome")

MOST = 100


class Together(Generic[Outcome]):
    """`write(worker_id, outcomes)` gives the ids that took effect; `id_of` is an outcome's."""

    def __init__(
        self,
        write: Callable[[UUID, Sequence[Outcome]], Awaitable[set[UUID]]],
        id_of: Callable[[Outcome], UUID],
    ) -> None:
        self._write = write
        self._id_of = id_of
        self._waiting: list[tuple[UUID, Outcome, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, worker_id: UUID, outcome: Outcome) -> bool:
        """Whether it took effect, once it is committed. An error of the write is everybody's who waited for it."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((worker_id, outcome, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return await written

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                worker_id = self._waiting[0][0]
                batch = [entry for entry in self._waiting if entry[0] == worker_id][:MOST]
                taken = {id(entry) for entry in batch}
                self._waiting = [entry for entry in self._waiting if id(entry) not in taken]
                await self._write_batch(worker_id, batch)
        finally:
            self._writer = None

    async def _write_batch(
        self, worker_id: UUID, batch: Sequence[tuple[UUID, Outcome, "asyncio.Future[bool]"]]
    ) -> None:
        try:
            done = await self._write(worker_id, [outcome for _, outcome, _ in batch])
        except BaseException as error:
            for _, _, written in batch:
                if not written.done():
                    written.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for _, outcome, written in batch:
            if not written.done():
                written.set_result(self._id_of(outcome) in done)
