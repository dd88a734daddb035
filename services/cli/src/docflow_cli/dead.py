"""Dead runs over all clients: for the operator of the machine, through the database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.errors import NotFound, UserError
from docflow.features.stage_runs.dead import DeadFilter, DeadRun, DeadRuns
from docflow.runtime.settings import Settings

from docflow_cli.databases import app_url

_BY = "operator:command-line"


class DeadLetters:
    """A replayed run starts at the workers' next poll, within about two seconds."""

    def __init__(self, database: Database) -> None:
        self._dead = DeadRuns(database, None)

    async def all(self, limit: int) -> Sequence[DeadRun]:
        return await self._dead.newest(limit)

    async def replay(self, process_id: str) -> str:
        """Returns the stage in which it starts again."""
        changed = await self._dead.replay(await self._of(process_id), by=_BY, at=datetime.now(UTC))
        return changed.current_stage

    async def drop(self, process_id: str) -> None:
        await self._dead.drop(await self._of(process_id), by=_BY, at=datetime.now(UTC))

    async def _of(self, process_id: str) -> DeadRun:
        try:
            return await self._dead.one(DeadFilter(process_id=_uuid(process_id)))
        except NotFound:
            raise NotFound(f"process {process_id} is not on the list of dead work") from None


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
