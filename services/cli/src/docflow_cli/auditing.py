"""The audit log as the operator looks at it: as docflow_audit, over all clients."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.errors import UserError
from docflow.features.audit.anchors import compare, read_anchors
from docflow.features.audit.verify import Break, verify
from docflow.runtime.container import open_audit_stream, open_blobs
from docflow.runtime.settings import Settings
from docflow_audit.stream_writer import Refilled, StreamWriter
from docflow_audit.writer import AuditWriter

from docflow_cli.databases import audit_url

LISTED = 1000
"""More broken places are not listed."""


@dataclass(frozen=True, slots=True)
class Verified:
    """`anchors` counts the ends of chains that were compared with the file store's."""

    checked: int
    chains: int
    anchors: int
    verified_through: datetime | None
    broken: tuple[Break, ...]


@dataclass(frozen=True, slots=True)
class LogRefilled:
    read: int
    written: int
    from_outbox: int


async def verify_log(settings: Settings, client: str | None = None) -> Verified:
    client_id = _client_id(client)
    async with _open_database(settings) as database, aclosing(open_blobs(settings)) as blobs:
        kept = [
            each for each in await read_anchors(blobs) if client_id is None or each.client_id == client_id
        ]
        found = await verify(database.nobody, client_id)
        async with database.nobody() as session:
            differing = await compare(session, kept)
    # What the database knows itself is not told twice.
    known = {(each.client_id, each.seq) for each in found.broken}
    broken = (*found.broken, *(each for each in differing if (each.client_id, each.seq) not in known))
    return Verified(found.checked, found.chains, len(kept), found.verified_through, broken[:LISTED])


async def refill_log(settings: Settings) -> LogRefilled:
    async with _open_database(settings) as database, open_audit_stream(settings) as stream:
        writer = AuditWriter(database)
        from_outbox = 0
        while written := await writer.write_batch():
            from_outbox += written
        filled = Refilled(0, 0) if stream is None else await StreamWriter(database, stream).refill()
    return LogRefilled(filled.read, filled.written, from_outbox)


@asynccontextmanager
async def _open_database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(audit_url(settings), pool_size=1, max_overflow=0)
    async with aclosing(database):
        yield database


def _client_id(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise UserError(f"{text!r} is no client id") from None
