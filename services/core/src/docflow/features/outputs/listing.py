"""Output actions as a client sees them, and trying one again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, NotFound
from docflow.features.audit.messages import act_audit
from docflow.features.outputs.models import OutputAction


class OutputActions:
    """Of one client. Rows come without their targets, which the configuration shows to those who may see it."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def of_process(self, process_id: UUID) -> Sequence[OutputAction]:
        """In the order of the configuration."""
        rows = await self._session.scalars(
            select(OutputAction)
            .options(defer(OutputAction.target_config))
            .where(OutputAction.client_id == self._client_id, OutputAction.process_id == process_id)
            .order_by(OutputAction.position)
        )
        return rows.all()

    async def get(self, action_id: UUID, *, locked: bool = False) -> OutputAction:
        """Raises NotFound, also for another client's."""
        query = (
            select(OutputAction)
            .options(defer(OutputAction.target_config))
            .where(OutputAction.client_id == self._client_id, OutputAction.action_id == action_id)
        )
        row: OutputAction | None = await self._session.scalar(query.with_for_update() if locked else query)
        if row is None:
            raise NotFound("no such output action")
        return row

    async def retry(self, action_id: UUID, caller: Caller, *, at: datetime) -> OutputAction:
        """Due at once with all its retries ahead, under the same idempotency key.

        Raises Conflict for one that succeeded, which never happens twice, and for one that is at work.
        """
        row = await self.get(action_id, locked=True)
        if row.status in ("completed", "executing"):
            raise Conflict(f"this action is {row.status}")
        await self._session.execute(
            update(OutputAction)
            .where(OutputAction.client_id == self._client_id, OutputAction.action_id == action_id)
            .values(status="pending", retry_count=0, available_at=func.now(), finished_at=None)
        )
        self._session.add(
            act_audit(
                client_id=self._client_id,
                at=at,
                action="action_retried",
                by=caller.name,
                process_id=row.process_id,
                payload={"action_id": str(action_id), "action_type": row.action_type},
            )
        )
        await self._session.refresh(row)
        return row
