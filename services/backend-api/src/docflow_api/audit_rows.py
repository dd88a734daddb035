"""Rows of the audit as admins are shown them: with who did it."""

from collections.abc import Sequence
from uuid import UUID

from docflow.features.audit.actors import WORKER, actors_of
from docflow.features.audit.models import AuditLog
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.schemas.audit_logs import ListedAuditLogOut, listed_audit_log_out


async def listed(session: AsyncSession, client_id: UUID, rows: Sequence[AuditLog]) -> list[ListedAuditLogOut]:
    """Names are looked up for all rows together."""
    by = [_by(row) for row in rows]
    actors = await actors_of(session, client_id, by)
    return [
        listed_audit_log_out(row, actors.get(one, WORKER) if one else WORKER)
        for row, one in zip(rows, by, strict=True)
    ]


def _by(row: AuditLog) -> str | None:
    told = row.payload.get("by")
    return told if isinstance(told, str) else None
