"""Once an hour: what clients no longer keep is erased, each process in a transaction of its own."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from docflow.db.database import Database
from docflow.domain.errors import Conflict, DocflowError, NotFound
from docflow.features.erasures.service import Erasing, erase
from docflow.features.retention.service import Retention

log = structlog.get_logger(__name__)

CLIENTS = 500
AT_ONCE = 100
MOST_OF_A_CLIENT = 5_000
"""A first run over years of documents leaves the rest to the next hour, so that other clients get their turn."""
_BY = "retention"


async def erase_old(
    database: Database,
    at: datetime | None = None,
    *,
    at_once: int = AT_ONCE,
    most: int = MOST_OF_A_CLIENT,
) -> int:
    """Returns how many processes were erased. `at` None = now. What the rows of one process refuse keeps no other from its turn."""
    at = at or datetime.now(UTC)
    erased, after = 0, None
    while clients := await _next_clients(database, after):
        for client_id in clients:
            erased += await _erase_of(database, client_id, at, at_once, most)
        after = clients[-1]
    return erased


async def _next_clients(database: Database, after: UUID | None) -> list[UUID]:
    async with database.nobody() as session:
        rows = await session.scalars(
            text("SELECT * FROM list_retaining_clients(CAST(:after AS uuid), :limit)"),
            {"after": after, "limit": CLIENTS},
        )
        return list(rows)


async def _erase_of(database: Database, client_id: UUID, at: datetime, at_once: int, most: int) -> int:
    erased, tried = 0, set[UUID]()
    asked = Erasing(client_id, _BY, at, only_ended=True)
    try:
        while len(tried) < most:
            async with database.client(client_id) as session:
                due = await Retention(session, client_id).due(at, min(at_once, most - len(tried)))
            untried = [process_id for process_id in due if process_id not in tried]
            if not untried:
                break
            tried.update(untried)
            erased += sum([await _erase(database, asked, process_id) for process_id in untried])
    except DocflowError as error:
        log.warning("retention.put_off", code=error.code)
    if erased:
        log.info("retention.erased", client_id=str(client_id), processes=erased)
    return erased


async def _erase(database: Database, asked: Erasing, process_id: UUID) -> bool:
    """False: somebody erased it meanwhile or has it go on, or its rows refuse."""
    try:
        async with database.client(asked.client_id) as session:
            await erase(session, asked, process_id)
    except (NotFound, Conflict):
        return False
    except DBAPIError as error:
        log.error("retention.refused", process_id=str(process_id), exc_info=error)
        return False
    return True
