from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.stage_runs.models import StageRun


async def timeline(session: AsyncSession, client_id: UUID, process_id: UUID) -> Sequence[StageRun]:
    """The runs of one process, oldest first."""
    rows = await session.scalars(
        select(StageRun)
        .where(StageRun.client_id == client_id, StageRun.process_id == process_id)
        .order_by(StageRun.created_at, StageRun.run_id)
    )
    return rows.all()
