from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from docflow.db.lists import page_of_rows
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.stages import AuditResult, Stage
from docflow.features.audit.models import AuditLog


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Bounds are exclusive."""

    process_id: UUID | None = None
    result: AuditResult | None = None
    stage_type: Stage | None = None
    after: datetime | None = None
    before: datetime | None = None


class AuditListing:
    """The audit of one client, newest first."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def page(self, chosen: AuditFilter, request: PageRequest) -> PageOf[AuditLog]:
        query = (
            select(AuditLog).options(defer(AuditLog.canonical)).where(AuditLog.client_id == self._client_id)
        )
        if chosen.process_id is not None:
            query = query.where(AuditLog.process_id == chosen.process_id)
        if chosen.result is not None:
            query = query.where(AuditLog.result == chosen.result.value)
        if chosen.stage_type is not None:
            query = query.where(AuditLog.stage_type == chosen.stage_type.value)
        if chosen.after is not None:
            query = query.where(AuditLog.timestamp > chosen.after)
        if chosen.before is not None:
            query = query.where(AuditLog.timestamp < chosen.before)
        return await page_of_rows(self._session, query, request, AuditLog.timestamp, AuditLog.audit_id)

    async def of_process(self, process_id: UUID) -> Sequence[AuditLog]:
        """All rows of one process, oldest first."""
        rows = await self._session.scalars(
            select(AuditLog)
            .options(defer(AuditLog.canonical))
            .where(AuditLog.client_id == self._client_id, AuditLog.process_id == process_id)
            .order_by(AuditLog.timestamp, AuditLog.audit_id)
        )
        return rows.all()
