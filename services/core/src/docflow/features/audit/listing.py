from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from docflow.domain.paging import Mark, PageOf, PageRequest
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
        if request.after is not None:
            query = query.where(
                tuple_(AuditLog.timestamp, AuditLog.audit_id) < (request.after.at, request.after.row_id)
            )
        query = query.order_by(AuditLog.timestamp.desc(), AuditLog.audit_id.desc()).limit(request.limit + 1)
        rows = (await self._session.scalars(query)).all()
        return PageOf.cut(rows, request.limit, lambda row: Mark(row.timestamp, row.audit_id))

    async def of_process(self, process_id: UUID) -> Sequence[AuditLog]:
        """All rows of one process, oldest first."""
        rows = await self._session.scalars(
            select(AuditLog)
            .options(defer(AuditLog.canonical))
            .where(AuditLog.client_id == self._client_id, AuditLog.process_id == process_id)
            .order_by(AuditLog.timestamp, AuditLog.audit_id)
        )
        return rows.all()
