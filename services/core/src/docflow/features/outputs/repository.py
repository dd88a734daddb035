"""Output actions, as the worker that carries them out takes and finishes them, over all clients."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.json_types import JsonObject
from docflow.domain.results import in_order
from docflow.features.configurations.models import ConfigurationRow, as_written
from docflow.features.processes.models import Process


@dataclass(frozen=True, slots=True)
class ClaimedAction:
    """One action in hand. `attempt` is the fence; `retry_count` counts its own failures."""

    action_id: UUID
    client_id: UUID
    process_id: UUID
    position: int
    action_type: str
    target_config: JsonObject = field(repr=False)
    attempt: int
    retry_count: int
    max_retries: int
    process_type_id: str | None
    external_id: str | None
    created_at: datetime

    @property
    def key(self) -> str:
        """The same for everything that repeats this effect: an action is one target of the stage OUTPUT of one process."""
        return f"act_{self.action_id.hex}"

    @property
    def facts(self) -> dict[str, str | None]:
        """What names, templates and mappings may say of it besides what was read."""
        return {
            "process_id": str(self.process_id),
            "process_type_id": self.process_type_id,
            "external_id": self.external_id,
            "date": f"{self.created_at:%Y-%m-%d}",
            "idempotency_key": self.key,
        }


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """`status`: completed, failed or retrying (again in `retry_in_s`). `counts`: it was the action's own failure."""

    action_id: UUID
    attempt: int
    status: str
    counts: bool = False
    retry_in_s: float | None = None
    result: JsonObject | None = None
    error_message: str | None = None
    outbox: tuple[JsonObject, ...] = ()

    def as_json(self) -> JsonObject:
        return {
            "action_id": str(self.action_id),
            "attempt": self.attempt,
            "status": self.status,
            "counts": self.counts,
            "retry_in_s": self.retry_in_s,
            "result": self.result,
            "error_message": self.error_message,
            "outbox": list(self.outbox),
        }


async def claim_actions(
    session: AsyncSession, worker_id: UUID, limit: int, *, per_kind: int = 8
) -> list[ClaimedAction]:
    """Take due actions and those of dead workers; none for a worker that is given up.

    The worker then has at most `per_kind` of one kind and client in hand.
    """
    rows = await session.execute(
        text("SELECT * FROM claim_actions(:worker, :limit, :per_kind)"),
        {"worker": worker_id, "limit": limit, "per_kind": per_kind},
    )
    return [
        ClaimedAction(
            action_id=row.action_id,
            client_id=row.client_id,
            process_id=row.process_id,
            position=row.position,
            action_type=row.action_type,
            target_config=row.target_config or {},
            attempt=row.attempt,
            retry_count=row.retry_count,
            max_retries=row.max_retries,
            process_type_id=row.process_type_id,
            external_id=row.external_id,
            created_at=row.created_at,
        )
        for row in rows
    ]


async def finish_actions(
    session: AsyncSession, worker_id: UUID, outcomes: Sequence[ActionOutcome]
) -> set[UUID]:
    """The actions that took effect; what is missing was taken away."""
    rows = await session.scalars(
        text("SELECT finish_actions(:worker, CAST(:outcomes AS jsonb))"),
        {"worker": worker_id, "outcomes": json.dumps([outcome.as_json() for outcome in outcomes])},
    )
    return set(rows)


async def final_output(session: AsyncSession, client_id: UUID, process_id: UUID) -> JsonObject | None:
    """What an action sends on, in the order of its schema; None when there is no such result."""
    found = (
        await session.execute(
            select(Process.final_output, ConfigurationRow.schema_text, ConfigurationRow.output_schema)
            .outerjoin(
                ConfigurationRow,
                (ConfigurationRow.client_id == Process.client_id)
                & (ConfigurationRow.process_type_id == Process.process_type_id)
                & (ConfigurationRow.version == Process.config_version),
            )
            .where(Process.client_id == client_id, Process.process_id == process_id)
        )
    ).one_or_none()
    if found is None or found.final_output is None:
        return None
    return in_order(found.final_output, as_written(found.schema_text, found.output_schema or {}))
