"""A process that waits for a person, as whoever acts on it finds it: locked, with its review, and theirs to act on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import Conflict, NotFound, refuse_stale
from docflow.domain.jobs import ProcessState
from docflow.domain.stages import ProcessStatus
from docflow.features.reviews.claims import OpenReview, open_review, refuse_other
from docflow.features.stage_runs import repository
from docflow.features.stage_runs.children import lock_parent


async def locked(session: AsyncSession, client_id: UUID, process_id: UUID) -> ProcessState:
    """Any process, behind the one that it was split from. Raises NotFound."""
    await lock_parent(session, client_id, process_id)
    process = await repository.process_state(session, client_id, process_id, lock=True)
    if process is None:
        raise NotFound("no such process")
    return process


async def held(
    session: AsyncSession,
    client_id: UUID,
    process_id: UUID,
    holder: UUID | None,
    at: datetime,
    *,
    expected_version: int | None,
) -> tuple[ProcessState, OpenReview]:
    """`holder` is the id that a lease of theirs bears.

    Raises NotFound, Conflict where nothing waits for a person or somebody else works on it, PreconditionFailed for
    another version than the current.
    """
    process = await locked(session, client_id, process_id)
    if process.status is not ProcessStatus.HITL_REVIEW:
        raise Conflict(f"a process that is {process.status} waits for no decision")
    refuse_stale(expected_version, process.version, "the process")
    review = await open_review(session, client_id, process_id)
    await refuse_other(session, review, holder, at)
    return process, review
