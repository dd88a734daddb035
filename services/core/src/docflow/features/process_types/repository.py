from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.process_types.models import ProcessType


class ProcessTypeRepository:
    """The platform's types and one client's own; `client_id` None = the platform's alone."""

    def __init__(self, session: AsyncSession, client_id: UUID | None) -> None:
        self._session = session
        self._readable: ColumnElement[bool] = ProcessType.client_id.is_(None)
        if client_id is not None:
            self._readable = or_(self._readable, ProcessType.client_id == client_id)

    async def get(self, process_type_id: str) -> ProcessType | None:
        found: ProcessType | None = await self._session.scalar(
            select(ProcessType)
            .where(self._readable, ProcessType.process_type_id == process_type_id)
            .execution_options(populate_existing=True)
        )
        return found

    async def page(self, *, limit: int, after: str | None) -> Sequence[ProcessType]:
        """Up to `limit` rows in the order of their ids, after the id `after`."""
        query = select(ProcessType).where(self._readable).order_by(ProcessType.process_type_id).limit(limit)
        if after is not None:
            query = query.where(ProcessType.process_type_id > after)
        return (await self._session.scalars(query)).all()
