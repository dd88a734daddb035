import asyncio

import pytest
from docflow.domain.concurrently import concurrently
from docflow.domain.errors import PermanentError


async def test_answers_stand_in_the_order_asked_whoever_ends_first() -> None:
    async def late(number: int) -> int:
        for _ in range(10 - number):
            await asyncio.sleep(0)
        return number

    assert await concurrently(late, range(10), at_once=10) == list(range(10))


async def test_no_more_run_than_allowed() -> None:
    running, most = 0, 0

    async def call(_: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await concurrently(call, range(20), at_once=3)

    assert most == 3


async def test_one_failure_ends_the_others_and_is_told_as_it_is() -> None:
    begun: list[int] = []

    async def call(number: int) -> None:
        begun.append(number)
        if number == 1:
            raise PermanentError("bad page", code="file_corrupt")
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with pytest.raises(PermanentError, match="bad page"):
        await concurrently(call, range(50), at_once=2)
    await asyncio.sleep(0.01)

    assert len(begun) <= 3, "but for one that stood next in line, none begins any more"


async def test_who_stops_waiting_stops_the_calls() -> None:
    ended = asyncio.Event()

    async def call(_: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    asked = asyncio.create_task(concurrently(call, [1], at_once=1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    assert ended.is_set()
