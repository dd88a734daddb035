"""Runs that ended their process as failed: looked at, run again, taken off the list."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.errors import NotFound
from docflow.domain.paging import Mark, PageOf, PageRequest
from docflow.domain.stages import Stage
from docflow.features.stage_runs import lifecycle
from docflow.features.stage_runs.changed import Changed

_FIND = text(
    "SELECT * FROM find_dead_runs(:limit, CAST(:before_at AS timestamptz), CAST(:before_run AS uuid), :stage, :error_code,"
    " CAST(:run_id AS uuid), CAST(:process_id AS uuid))"
)


@dataclass(frozen=True, slots=True)
class DeadRun:
    """`attempt` counts claims, `failures` the document's own, `losses` the workers that were lost with it in hand."""

    run_id: UUID
    client_id: UUID
    client_name: str
    process_id: UUID
    process_type_id: str | None
    external_id: str | None
    stage: Stage
    step: str
    error_code: str | None
    error_message: str | None
    attempt: int
    failures: int
    losses: int
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class DeadFilter:
    """None = any."""

    stage: Stage | None = None
    error_code: str | None = None
    run_id: UUID | None = None
    process_id: UUID | None = None


class DeadRuns:
    """Of one client; of all clients with None, for who looks after the installation."""

    def __init__(self, database: Database, client_id: UUID | None) -> None:
        self._database = database
        self._client_id = client_id

    async def page(self, chosen: DeadFilter, request: PageRequest) -> PageOf[DeadRun]:
        """Newest first."""
        rows = await self._find(chosen, request.limit + 1, request.after)
        return PageOf.cut(rows, request.limit, lambda row: Mark(row.finished_at, row.run_id))

    async def newest(self, limit: int) -> list[DeadRun]:
        """Up to 1,000."""
        return await self._find(DeadFilter(), limit)

    async def one(self, chosen: DeadFilter) -> DeadRun:
        """The one of a run or of a process. Raises NotFound, also for another client's."""
        found = await self._find(chosen, 1)
        if not found:
            raise NotFound("nothing of that id is on the list of dead work")
        return found[0]

    async def replay(self, run: DeadRun, *, by: str, at: datetime, public_url: str = "") -> Changed:
        """Go on with its process from where it stopped. Raises Conflict when somebody else was quicker."""
        async with self._database.client(run.client_id) as session:
            return await lifecycle.retry(
                session,
                client_id=run.client_id,
                process_id=run.process_id,
                by=by,
                at=at,
                public_url=public_url,
            )

    async def drop(self, run: DeadRun, *, by: str, at: datetime) -> None:
        """Off the list; its process stays failed. Raises Conflict when somebody else was quicker."""
        async with self._database.client(run.client_id) as session:
            await lifecycle.drop_dead(
                session, client_id=run.client_id, process_id=run.process_id, by=by, at=at
            )

    async def _find(self, chosen: DeadFilter, limit: int, after: Mark | None = None) -> list[DeadRun]:
        async with self._database.of(self._client_id) as session:
            return await _found(session, chosen, limit, after)


async def _found(session: AsyncSession, chosen: DeadFilter, limit: int, after: Mark | None) -> list[DeadRun]:
    rows = await session.execute(
        _FIND,
        {
            "limit": limit,
            "before_at": after.at if after else None,
            "before_run": after.row_id if after else None,
            "stage": chosen.stage.value if chosen.stage else None,
            "error_code": chosen.error_code,
            "run_id": chosen.run_id,
            "process_id": chosen.process_id,
        },
    )
    return [DeadRun(**{**row, "stage": Stage(row["stage"])}) for row in rows.mappings()]
