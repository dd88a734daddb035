"""SQL of uploads."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import Conflict, NotFound
from docflow.features.uploads.models import Upload


async def get(session: AsyncSession, client_id: UUID, upload_id: UUID) -> Upload:
    """Raises NotFound, also for another client's upload."""
    found: Upload | None = await session.scalar(
        select(Upload).where(Upload.client_id == client_id, Upload.upload_id == upload_id)
    )
    if found is None:
        raise NotFound("no such upload")
    return found


async def use(session: AsyncSession, client_id: UUID, process_id: UUID, upload_ids: Sequence[UUID]) -> None:
    """The process takes these uploads. Raises Conflict for one that another process has taken."""
    if not upload_ids:
        return
    taken = await session.execute(
        update(Upload)
        .where(Upload.client_id == client_id, Upload.upload_id.in_(upload_ids), Upload.process_id.is_(None))
        .values(process_id=process_id)
        .returning(Upload.upload_id)
    )
    if len(taken.all()) != len(upload_ids):
        raise Conflict("an upload is used up by one process")
