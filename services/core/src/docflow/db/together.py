"""Many small questions to the database as few statements: what is asked while one runs goes into the next. No timers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from docflow.domain.errors import TransientError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

_MOST = 256
"""In one statement."""


class Together(Generic[Asked, Answer]):
    """`carry` answers a batch in its order. A batch that fails is done again one by one, so that one bad question does
    not take its neighbours down; where the database is away there is no second try, and all are told.
    """

    def __init__(self, carry: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer]]]) -> None:
        self._carry = carry
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._carrier: asyncio.Task[None] | None = None

    async def ask(self, one: Asked) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, answer))
        if self._carrier is None or self._carrier.done():
            self._carrier = asyncio.create_task(self._carry_all(), name="database.together")
        return await answer

    async def _carry_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._carry_batch(batch)

    async def _carry_batch(self, batch: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._carry([one for one, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, TransientError):
                for each in batch:
                    await self._carry_batch([each])
                return
            for _, waiting in batch:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)
