"""Waiting for what another process does: looks often, gives up after a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(holds: Callable[[], bool], *, within_s: float = 15) -> None:
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.02)


async def soon(answer: Awaitable[T], *, within_s: float = 15) -> T:
    async with asyncio.timeout(within_s):
        return await answer
