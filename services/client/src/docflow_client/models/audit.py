from datetime import datetime
from typing import Any
from uuid import UUID

from docflow_client.models.base import Answer


class AuditLog(Answer):
    audit_id: UUID
    timestamp: datetime
    result: str
    process_id: UUID | None = None
    stage_type: str | None = None
    payload: dict[str, Any] = {}
    token_usage: dict[str, Any] | None = None
    seq: int
    prev_hash: str
    hash: str


class Verification(Answer):
    """`ok`: the chain of the client is whole up to `verified_through`."""

    ok: bool
    checked: int
    verified_through: datetime | None = None
    broken: list[dict[str, Any]] = []
