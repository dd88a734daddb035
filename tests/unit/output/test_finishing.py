import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow_output.finishing import Finishing

WORKER = UUID(int=1)
BAD = UUID(int=666)


class Book:
    """Takes a while to write; `lost` never takes effect, BAD is refused with all that is written beside it."""

    def __init__(self) -> None:
        self.written: list[tuple[UUID, list[UUID]]] = []
        self.transactions = 0
        self.open = asyncio.Event()
        self.open.set()
        self.lost: set[UUID] = set()
        self.error: Exception | None = None

    @asynccontextmanager
    async def nobody(self) -> AsyncIterator[None]:
        await self.open.wait()
        if self.error is not None:
            raise self.error
        self.transactions += 1
        yield

    async def write(self, _: Any, worker_id: UUID, outcomes: Sequence[UUID]) -> set[UUID]:
        if BAD in outcomes:
            raise ValueError(f"{len(outcomes)} refused")
        self.written.append((worker_id, list(outcomes)))
        return set(outcomes) - self.lost


def finishing(book: Book) -> Finishing[UUID]:
    return Finishing(cast("Database", book), book.write, lambda outcome: outcome)


async def test_what_ends_while_one_is_written_is_written_with_the_next() -> None:
    book = Book()
    book.open.clear()
    writer = finishing(book)
    first = asyncio.create_task(writer.add(WORKER, UUID(int=10)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(writer.add(WORKER, UUID(int=number))) for number in range(20, 25)]
    await asyncio.sleep(0)
    book.lost = {UUID(int=22)}
    book.open.set()
    assert await first
    assert await asyncio.gather(*others) == [True, True, False, True, True]
    assert [len(outcomes) for _, outcomes in book.written] == [1, 5]


async def test_while_the_database_is_away_all_are_told_and_the_next_try_works() -> None:
    book = Book()
    book.error = TransientError("away")
    writer = finishing(book)
    with pytest.raises(TransientError):
        await writer.add(WORKER, UUID(int=1))
    book.error = None
    assert await writer.add(WORKER, UUID(int=1))


async def test_an_outcome_that_cannot_be_written_does_not_keep_others_from_it() -> None:
    writer = finishing(Book())
    good, bad, more = await asyncio.gather(
        *(writer.add(WORKER, one) for one in (UUID(int=1), BAD, UUID(int=2))), return_exceptions=True
    )
    assert (good, str(bad), more) == (True, "1 refused", True)


async def test_another_workers_outcomes_are_written_as_its_own() -> None:
    book = Book()
    writer = finishing(book)
    assert await asyncio.gather(writer.add(WORKER, UUID(int=1)), writer.add(UUID(int=2), UUID(int=2)))
    assert book.written == [(WORKER, [UUID(int=1)]), (UUID(int=2), [UUID(int=2)])]
    assert book.transactions == 1
