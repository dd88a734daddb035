"""Writes the audit log in batches and keeps its hash chains."""

import asyncio
import random
from collections.abc import Callable, Sequence

import psycopg
import structlog
from docflow.db.database import Database
from docflow.domain.backoff import Backoff
from docflow.domain.crash_points import crash_point
from docflow.domain.errors import TransientError
from docflow.domain.json_types import JsonObject
from docflow.domain.messages import Message
from docflow.features.audit import repository
from docflow.features.audit.chain import AuditRecord, linked
from docflow.runtime.metrics import Metrics
from docflow.runtime.waiting import Bell
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

log = structlog.get_logger(__name__)

REFUSED = (DBAPIError, psycopg.Error, KeyError, TypeError, ValueError, AttributeError)
"""What writing a record raises that another try does not mend; copying raises the driver's own errors."""
_PATIENCE = Backoff(base_s=0.5, cap_s=2.0)


class AuditWriter:
    """Takes records from the outbox; a record leaves it in the transaction that writes it.

    A batch that the database refuses is halved until the bad record stands alone; that one is kept in `audit_dead`
    with the reason, and the others go on. With `late_s` only records are taken that have waited so many seconds:
    those that a stream did not bring.
    """

    def __init__(
        self,
        database: Database,
        *,
        batch: int = 1000,
        poll_s: float = 1.0,
        late_s: float = 0.0,
        chance: Callable[[], float] = random.random,
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._most = batch
        self._size = batch
        self._poll_s = poll_s
        self._late_s = late_s
        self._chance = chance
        self._metrics = metrics or Metrics()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set. A database that is away is tried again; nothing crashes."""
        bell, tries = Bell(), 0
        with bell.rung_by(stopping):
            while not stopping.is_set():
                try:
                    written = await self.write_batch()
                except (TransientError, SQLAlchemyError) as error:
                    tries += 1
                    if tries == 1:
                        log.warning("audit.write_failed", error=type(error).__name__)
                    await bell.wait(0.2 + _PATIENCE.delay_s(tries, self._chance))
                    continue
                tries = 0
                if not written:
                    await bell.wait(self._poll_s * (0.7 + 0.6 * self._chance()))

    async def write_batch(self) -> int:
        """Write what waits, one batch at most; returns how many records left the outbox.

        0 = nothing waits, another writer is at work, or the batch was refused and will be tried in halves.
        """
        try:
            written = await self._write(self._size)
        except REFUSED as error:
            self._metrics.audit_refused.inc()
            log.warning("audit.refused", error=type(error).__name__, records=self._size)
            if self._size == 1:
                return await self._bury_first(type(error).__name__)
            self._size = max(1, self._size // 2)
            return await self.write_batch()
        self._size = min(self._most, self._size * 2)
        return written

    async def _write(self, limit: int) -> int:
        async with self._database.nobody() as session:
            if not await repository.become_the_writer(session):
                return 0
            waiting = await repository.take(session, limit, late_s=self._late_s)
            if not waiting:
                return 0
            crash_point("audit.before_write")
            await add_fresh(session, [message for _, message in waiting])
            await repository.confirm(session, [message_id for message_id, _ in waiting])
        self._metrics.audit_rows.inc(len(waiting))
        self._metrics.audit_batch.observe(len(waiting))
        crash_point("audit.after_write")
        return len(waiting)

    async def _bury_first(self, reason: str) -> int:
        async with self._database.nobody() as session:
            if not await repository.become_the_writer(session):
                return 0
            waiting = await repository.take(session, 1, late_s=self._late_s)
            for item in waiting:
                await repository.bury(session, item, reason)
                self._metrics.audit_buried.inc()
                log.error("audit.buried", message_id=str(item[0]), reason=reason)
        return len(waiting)


async def add_fresh(session: AsyncSession, messages: Sequence[JsonObject]) -> int:
    """Link what does not stand in the log yet to its chain; returns how many records that were.

    Raises KeyError, TypeError, ValueError or AttributeError for what is no audit record.
    """
    # One that comes twice in a batch is one.
    records = {
        record.audit_id: record
        for record in (AuditRecord.from_message(Message.from_json(message)) for message in messages)
    }
    known = await repository.written_already(session, list(records))
    fresh = [record for audit_id, record in records.items() if audit_id not in known]
    if fresh:
        heads = await repository.heads(session, sorted({record.client_id for record in fresh}))
        links = linked(fresh, heads)
        await repository.add(session, links)
        await repository.add_heads(session, heads)
    return len(fresh)
