"""The processes that were split from another."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.splitting import ChildState
from docflow.domain.stages import ProcessStatus


async def children_of(session: AsyncSession, client_id: UUID, process_id: UUID) -> Sequence[ChildState]:
    """In the order of their pages, those that were erased left out."""
    rows = await session.execute(
        text(
            "SELECT process_id, status, process_type_id FROM processes"
            " WHERE client_id = :client_id AND parent_process_id = :process_id ORDER BY created_at, process_id"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
    return [ChildState(row.process_id, ProcessStatus(row.status), row.process_type_id) for row in rows]


async def lock_parent(session: AsyncSession, client_id: UUID, process_id: UUID) -> None:
    """Of a process that was split from another. Whoever locks both locks the parent first, as the engine does."""
    await session.execute(
        text(
            "SELECT 1 FROM processes WHERE client_id = :client_id AND process_id = (SELECT parent_process_id"
            " FROM processes WHERE client_id = :client_id AND process_id = :process_id) FOR NO KEY UPDATE"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
