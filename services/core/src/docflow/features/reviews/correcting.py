"""Saving what is right before anything is decided."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.reviews.held import held
from docflow.features.reviews.saving import Correction, save


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

    Raises as `held` does. Committing is the caller's.
    """
    process, review = await held(
        session, client_id, process_id, holder, at, expected_version=expected_version
    )
    return await save(session, process, review, correction, by=by, at=at)
