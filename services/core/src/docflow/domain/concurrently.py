"""The same call for many things, several of them at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Given = TypeVar("Given")
Answer = TypeVar("Answer")


async def concurrently(
    call: Callable[[Given], Awaitable[Answer]], given: Iterable[Given], *, at_once: int
) -> list[Answer]:
    """The answers in the order of `given`; at most `at_once` calls run.

    The first call that fails ends the others and is raised as it is: nothing goes on that nobody waits for.
    """
    gate = asyncio.Semaphore(at_once)

    async def one(each: Given) -> Answer:
        async with gate:
            return await call(each)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(each)) for each in given]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
