"""One client's setting, and which of its processes it lets go."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from docflow.domain.stages import ProcessStatus
from docflow.features.audit.messages import act_audit
from docflow.features.processes.models import Process
from docflow.features.retention.models import RetentionRow

COUNTED = 10_000
"""`due` counts no further: whoever asks wants to know whether it is nothing, some or very much."""
_ENDED = [status.value for status in ProcessStatus if status.is_final]


class Retention:
    """Of one client; `session` is bound to it."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def keep_days(self) -> int | None:
        """None = for good."""
        days: int | None = await self._session.scalar(
            select(RetentionRow.keep_days).where(RetentionRow.client_id == self._client_id)
        )
        return days

    async def change(self, keep_days: int | None, *, by: str, at: datetime) -> None:
        if keep_days is None:
            await self._session.execute(delete(RetentionRow).where(RetentionRow.client_id == self._client_id))
        else:
            await self._session.execute(
                insert(RetentionRow)
                .values(client_id=self._client_id, keep_days=keep_days)
                .on_conflict_do_update(index_elements=["client_id"], set_={"keep_days": keep_days})
            )
        self._session.add(
            act_audit(
                client_id=self._client_id,
                at=at,
                action="retention_changed",
                by=by,
                payload={"keep_days": keep_days},
            )
        )

    async def count_due(self, keep_days: int, at: datetime) -> int:
        """How many processes are older than that, `COUNTED` at most."""
        due = self._due(keep_days, at).limit(COUNTED).subquery()
        return await self._session.scalar(select(func.count()).select_from(due)) or 0

    async def due(self, at: datetime, limit: int) -> Sequence[UUID]:
        """Up to `limit` processes to erase, the oldest first; none where the client keeps all."""
        keep_days = await self.keep_days()
        if keep_days is None:
            return ()
        oldest = self._due(keep_days, at).order_by(Process.updated_at, Process.process_id).limit(limit)
        return (await self._session.scalars(oldest)).all()

    def _due(self, keep_days: int, at: datetime) -> Select[UUID]:
        """Ended and unchanged for so long, with all that was split from them: erasing takes the parts along."""
        before = at - timedelta(days=keep_days)
        part = aliased(Process)
        is_young = (part.updated_at >= before) | part.status.not_in(_ENDED)
        younger_part = select(part.process_id).where(
            part.client_id == Process.client_id, part.parent_process_id == Process.process_id, is_young
        )
        return select(Process.process_id).where(
            Process.client_id == self._client_id,
            Process.updated_at < before,
            Process.status.in_(_ENDED),
            ~younger_part.exists(),
        )
