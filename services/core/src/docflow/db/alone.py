"""Connections of the pool for statements that commit by themselves."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from psycopg import AsyncConnection
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn


@dataclass(frozen=True, slots=True)
class _Taken:
    """From the pool, and set to commit each statement."""

    pooled: PoolProxiedConnection
    connection: AsyncConnection
    at: float


class Alone:
    """The driver's own connections: SQLAlchemy's layers above them cost more than a short statement does.

    Up to `most` are kept between statements instead of going back: to take one from the pool and to set it costs as much
    as the statement once more. They count as idle, and nobody else gets them. After `recycle_s` one goes back.
    """

    def __init__(self, engine: AsyncEngine, *, most: int, recycle_s: float) -> None:
        self._engine = engine
        self._most = most
        self._recycle_s = recycle_s
        self._kept: list[_Taken] = []
        self._is_gone = False
        event.listen(engine.sync_engine.pool, "invalidate", self._note)

    @property
    def idle(self) -> int:
        return len(self._kept)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[AsyncConnection]:
        """Whatever goes wrong on it ends the connection."""
        if self._is_gone:
            self._is_gone = False
            await self.let_go()
        taken = self._kept.pop() if self._kept else await self._take()
        try:
            yield taken.connection
        except BaseException:
            await greenlet_spawn(taken.pooled.invalidate)
            if taken.connection.broken:
                # The server went away: the others that lie here and in the pool are broken too.
                await self.let_go()
                await self._engine.dispose()
            raise
        if len(self._kept) < self._most and time.monotonic() - taken.at < self._recycle_s:
            self._kept.append(taken)
        else:
            await _give_back(taken)

    async def let_go(self) -> None:
        """Of all that are kept."""
        kept, self._kept = self._kept, []
        for taken in kept:
            await greenlet_spawn(taken.pooled.invalidate)

    def _note(self, connection: object, record: object, error: BaseException | None) -> None:
        """A session found that the server went away; what is kept here was not asked."""
        self._is_gone = self._is_gone or error is not None

    async def _take(self) -> _Taken:
        pooled = await self._engine.raw_connection()
        taken = _Taken(pooled, cast("AsyncConnection", pooled.driver_connection), time.monotonic())
        try:
            await taken.connection.set_autocommit(True)
        except BaseException:
            await greenlet_spawn(pooled.invalidate)
            raise
        return taken


async def _give_back(taken: _Taken) -> None:
    try:
        await taken.connection.set_autocommit(False)
    except BaseException:
        await greenlet_spawn(taken.pooled.invalidate)
        raise
    await greenlet_spawn(taken.pooled.close)
