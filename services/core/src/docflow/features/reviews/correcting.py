"""Saving what is right before anything is decided."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import Conflict, NotFound, PreconditionFailed
from docflow.domain.stages import ProcessStatus
from docflow.features.reviews.claims import open_review, refuse_other
from docflow.features.reviews.saving import Correction, save
from docflow.features.stage_runs import repository


async def correct(
    session: AsyncSession,
    *,
    client_id: UUID,
    process_id: UUID,
    correction: Correction,
    by: str,
    holder: UUID | None,
    at: datetime,
    expected_version: int | None = None,
) -> int:
    """The process's version afterwards; it stays held.

    Raises Conflict where nothing waits for a person or somebody else works on it, PreconditionFailed where it changed
    since it was read. Committing is the caller's.
    """
    process = await repository.process_state(session, client_id, process_id, lock=True)
    if process is None:
        raise NotFound("no such process")
    if process.status is not ProcessStatus.HITL_REVIEW:
        raise Conflict(f"a process that is {process.status} waits for no correction")
    if expected_version is not None and expected_version != process.version:
        raise PreconditionFailed("the process has changed since it was read")
    review = await open_review(session, client_id, process_id)
    await refuse_other(session, review, holder, at)
    return await save(session, process, review, correction, by=by, at=at)
