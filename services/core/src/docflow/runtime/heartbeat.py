"""A worker process is alive while it renews its row; what it holds is free for others once the row runs out."""

import asyncio
import os
import random
import socket
from collections.abc import Callable
from uuid import UUID

import structlog
from sqlalchemy import text

from docflow.db.database import Database
from docflow.domain.errors import DocflowError
from docflow.domain.ids import new_id
from docflow.runtime.failures import told_of

log = structlog.get_logger(__name__)


class Heartbeat:
    """Renews `worker_id` every `interval_s`; the database's clock gives it up after `expiry_s` without a beat.

    A process that was stopped for longer goes on under a new id. Whoever holds work under the old one is told
    through `watch` and must drop it: it writes nothing for an id that others have given up.
    """

    def __init__(
        self,
        database: Database,
        service: str,
        *,
        interval_s: float = 2.0,
        expiry_s: float = 6.0,
        make_id: Callable[[], UUID] = new_id,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._service = service
        self._interval_s = interval_s
        self._expiry_s = expiry_s
        self._make_id = make_id
        self._chance = chance
        self._watchers: list[Callable[[UUID], None]] = []
        self.worker_id = make_id()
        """The current id: read it at every claim, it can change."""

    def watch(self, given_up: Callable[[UUID], None]) -> None:
        """Have `given_up(old_id)` called when the id was given up."""
        self._watchers.append(given_up)

    async def run(self) -> None:
        """Beat until cancelled. A database that is away is tried again; nothing crashes."""
        while True:
            went_well = await self.try_to_beat()
            await asyncio.sleep(self._interval_s if went_well else 0.5 + 0.5 * self._chance())

    async def beat(self) -> None:
        """Renew once; on a refusal begin anew under another id."""
        old = self.worker_id
        if await self._renew(old):
            return
        self.worker_id = self._make_id()
        log.warning("worker.given_up", worker_id=str(old), service=self._service)
        for given_up in self._watchers:
            given_up(old)
        await self._renew(self.worker_id)

    async def stop(self) -> None:
        """Release all that is held, at once and without counting it as lost. Never raises."""
        try:
            async with self._database.nobody() as session:
                released = await session.scalar(
                    text("SELECT stop_worker(:worker)"), {"worker": self.worker_id}
                )
        except Exception as error:
            # The row runs out by itself; others then take the work over.
            log.warning("worker.stop_failed", **told_of(error))
        else:
            log.info("worker.stopped", worker_id=str(self.worker_id), released=released)

    async def try_to_beat(self) -> bool:
        """False when the database could not be asked."""
        try:
            await self.beat()
        except DocflowError as error:
            log.warning("worker.beat_failed", code=error.code)
            return False
        except Exception as error:
            log.error("worker.beat_failed", **told_of(error))
            return False
        return True

    async def _renew(self, worker_id: UUID) -> bool:
        async with self._database.nobody() as session:
            renewed = await session.scalar(
                text("SELECT heartbeat(:worker, :service, :host, :pid, :expiry_s)"),
                {
                    "worker": worker_id,
                    "service": self._service,
                    "host": socket.gethostname(),
                    "pid": os.getpid(),
                    "expiry_s": self._expiry_s,
                },
            )
        return bool(renewed)
