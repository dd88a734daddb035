from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from docflow.features.outputs.models import OutputAction

from docflow_api.schemas.base import Schema
from docflow_api.schemas.webhooks import DeliveryOut


class OutputActionOut(Schema):
    """`result` holds ids, keys and codes of what was done, never contents."""

    action_id: UUID
    process_id: UUID
    position: int
    action_type: str
    status: Literal["pending", "executing", "completed", "failed", "retrying"]
    retry_count: int
    max_retries: int
    result: dict[str, Any] | None
    error_message: str | None
    next_try_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    created_at: datetime


class OutputsOut(Schema):
    """What goes out for one process: each with its own state and tries."""

    actions: list[OutputActionOut]
    deliveries: list[DeliveryOut]


def action_out(row: OutputAction) -> OutputActionOut:
    waits = row.status in ("pending", "retrying")
    shown = {name: getattr(row, name) for name in OutputActionOut.model_fields if name != "next_try_at"}
    return OutputActionOut.model_validate({**shown, "next_try_at": row.available_at if waits else None})
