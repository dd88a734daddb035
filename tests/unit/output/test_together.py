import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from docflow.domain.errors import TransientError
from docflow_output.together import Together

WORKER = UUID(int=1)


class Book:
    """Takes a while to write; `lost` never takes effect."""

    def __init__(self) -> None:
        self.written: list[list[UUID]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.lost: set[UUID] = set()
        self.error: Exception | None = None

    async def write(self, worker_id: UUID, outcomes: Sequence[UUID]) -> set[UUID]:
        await self.open.wait()
        if self.error is not None:
            raise self.error
        self.written.append(list(outcomes))
        return set(outcomes) - self.lost


def together(book: Book) -> Together[UUID]:
    return Together(book.write, lambda outcome: outcome)


async def test_what_ends_while_one_is_written_is_written_with_the_next() -> None:
    book = Book()
    book.open.clear()
    writer = together(book)
    first = asyncio.create_task(writer.add(WORKER, UUID(int=10)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(writer.add(WORKER, UUID(int=number))) for number in range(20, 25)]
    await asyncio.sleep(0)
    book.lost = {UUID(int=22)}
    book.open.set()
    assert await first
    assert await asyncio.gather(*others) == [True, True, False, True, True]
    assert [len(batch) for batch in book.written] == [1, 5]


async def test_a_failed_write_is_everybodys_and_the_next_try_works() -> None:
    book = Book()
    book.error = TransientError("away")
    writer = together(book)
    with pytest.raises(TransientError):
        await writer.add(WORKER, UUID(int=1))
    book.error = None
    assert await writer.add(WORKER, UUID(int=1))


async def test_another_workers_outcomes_are_written_apart() -> None:
    book = Book()
    writer = together(book)
    assert await asyncio.gather(writer.add(WORKER, UUID(int=1)), writer.add(UUID(int=2), UUID(int=2)))
    assert book.written == [[UUID(int=1)], [UUID(int=2)]]
