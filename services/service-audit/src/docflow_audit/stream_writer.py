"""Writes what the audit stream brings. The place in the stream is stored in the transaction that stores the records."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from uuid import UUID

import orjson
import structlog
from docflow.db.database import Database
from docflow.domain.backoff import Backoff
from docflow.domain.errors import TransientError
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.audit_stream import AuditStream, StreamBatch, StreamRecord
from docflow.features.audit import repository
from docflow.runtime.metrics import Metrics
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_audit.writer import REFUSED, add_fresh

log = structlog.get_logger(__name__)

READER = "docflow.audit"
_PATIENCE = Backoff(base_s=0.5, cap_s=2.0)


@dataclass(frozen=True, slots=True)
class Refilled:
    """`read` records of the stream, of which `written` had been missing from the log."""

    read: int
    written: int


class StreamWriter:
    """Several may run: one writes at a time, and whoever finds that another was faster goes on behind it.

    A record leaves the outbox with being written here. What the stream has lost is therefore still there, and is
    written from there.
    """

    def __init__(
        self,
        database: Database,
        stream: AuditStream,
        *,
        reader: str = READER,
        chance: Callable[[], float] = random.random,
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._stream = stream
        self._reader = reader
        self._chance = chance
        self._metrics = metrics or Metrics()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set. A stream or a database that is away is waited for; nothing crashes."""
        reading = asyncio.create_task(self._read_on())
        stopped = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({reading, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                await reading
        finally:
            # A batch in hand is rolled back, and comes again.
            for task in (reading, stopped):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def refill(self, *, quiet_s: float = 5.0) -> Refilled:
        """Read all that the stream keeps and write what is missing; ends when nothing came for `quiet_s` seconds."""
        read = written = 0
        async with aclosing(self._stream.batches(0)) as batches:
            with suppress(TimeoutError):
                while True:
                    async with asyncio.timeout(quiet_s):
                        batch = await anext(batches)
                    written += await self._write_or_halve(batch.records)
                    read += len(batch.records)
        return Refilled(read, written)

    async def _read_on(self) -> None:
        tries = 0
        while True:
            try:
                await self._follow()
                tries = 0
            except (TransientError, SQLAlchemyError) as error:
                tries += 1
                if tries == 1:
                    log.warning("audit.write_failed", error=type(error).__name__)
                await asyncio.sleep(0.2 + _PATIENCE.delay_s(tries, self._chance))

    async def _follow(self) -> None:
        """Ends when the stored place was set back."""
        async with self._database.nobody() as session:
            place = await repository.next_offset(session, self._reader)
        async with aclosing(self._stream.batches(place)) as batches:
            async for batch in batches:
                if not await self._keep(batch, place):
                    return
                place = batch.next_offset

    async def _keep(self, batch: StreamBatch, place: int) -> bool:
        if batch.gap is not None:
            log.warning("audit.stream_gap", gap=batch.gap.value, first_offset=batch.records[0].offset)
            await self._write_or_halve(batch.records, store=True)
            return True
        async with self._database.nobody() as session:
            stored = await repository.next_offset(session, self._reader)
        if stored < place:
            return False
        fresh = [record for record in batch.records if record.offset >= stored]
        if fresh:
            await self._write_or_halve(fresh, store=True)
        return True

    async def _write_or_halve(self, records: Sequence[StreamRecord], *, store: bool = False) -> int:
        """A refused batch is halved until the bad record stands alone; that one is kept with the reason."""
        try:
            return await self._write(records, store=store)
        except REFUSED as error:
            reason = type(error).__name__
            log.warning("audit.refused", error=reason, records=len(records))
        if len(records) == 1:
            await self._bury(records[0], reason, store=store)
            return 0
        half = len(records) // 2
        written = await self._write_or_halve(records[:half], store=store)
        return written + await self._write_or_halve(records[half:], store=store)

    async def _write(self, records: Sequence[StreamRecord], *, store: bool) -> int:
        messages: list[JsonObject] = [orjson.loads(record.body) for record in records]
        async with self._database.nobody() as session:
            await repository.wait_to_become_the_writer(session)
            written = await add_fresh(session, messages)
            await repository.confirm(session, [UUID(message["message_id"]) for message in messages])
            await self._store_place(session, records, store=store)
        self._metrics.audit_rows.inc(written)
        self._metrics.audit_batch.observe(len(records))
        return written

    async def _bury(self, record: StreamRecord, reason: str, *, store: bool) -> None:
        message_id, client_id = _ids_of(record.body)
        async with self._database.nobody() as session:
            await repository.wait_to_become_the_writer(session)
            await repository.bury_bytes(session, record.body, message_id, client_id, reason)
            if message_id is not None:
                await repository.confirm(session, [message_id])
            await self._store_place(session, [record], store=store)
        self._metrics.audit_buried.inc()
        log.error("audit.buried", message_id=str(message_id), offset=record.offset, reason=reason)

    async def _store_place(
        self, session: AsyncSession, records: Sequence[StreamRecord], *, store: bool
    ) -> None:
        if store:
            await repository.store_offset(session, self._reader, records[-1].offset + 1)


def _ids_of(body: bytes) -> tuple[UUID | None, UUID | None]:
    """Message and client, as far as they can be read."""
    try:
        message = orjson.loads(body)
        return UUID(message["message_id"]), UUID(message["client_id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, None
