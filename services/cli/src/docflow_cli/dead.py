"""Dead runs over all clients: for the operator of the machine, through the database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.errors import NotFound, UserError
from docflow.features.stage_runs import lifecycle
from docflow.features.stage_runs.repository import DeadRun, dead_runs
from docflow.runtime.settings import Settings

from docflow_cli.databases import app_url

_BY = "operator:command-line"


class DeadLetters:
    """A replayed run starts at the workers' next poll, within about two seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, limit: int) -> Sequence[DeadRun]:
        async with self._database.nobody() as session:
            return await dead_runs(session, limit=limit)

    async def replay(self, process_id: str) -> str:
        """Returns the stage in which it starts again."""
        run = await self._find(process_id)
        async with self._database.client(run.client_id) as session:
            changed = await lifecycle.retry(
                session, client_id=run.client_id, process_id=run.process_id, by=_BY, at=datetime.now(UTC)
            )
        return changed.current_stage

    async def drop(self, process_id: str) -> None:
        run = await self._find(process_id)
        async with self._database.client(run.client_id) as session:
            await lifecycle.drop_dead(
                session, client_id=run.client_id, process_id=run.process_id, by=_BY, at=datetime.now(UTC)
            )

    async def _find(self, process_id: str) -> DeadRun:
        async with self._database.nobody() as session:
            found = await dead_runs(session, process_id=_uuid(process_id))
        if found:
            return found[0]
        raise NotFound(f"process {process_id} is not on the list of dead work")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UserError(f"{text!r} is no process id") from None


@asynccontextmanager
async def open_dead_letters(settings: Settings) -> AsyncIterator[DeadLetters]:
    database = Database(app_url(settings), pool_size=1, max_overflow=0)
    try:
        yield DeadLetters(database)
    finally:
        await database.aclose()
