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
    actor_kind: str | None = None
    """user, key, platform or worker; not in the audit of one process."""
    actor_name: str | None = None
    """A person's address or a key's name; None for the others, and for whoever is erased."""


class Verification(Answer):
    """`ok`: the chain of the client is whole up to `verified_through`."""

    ok: bool
    checked: int
    verified_through: datetime | None = None
    broken: list[dict[str, Any]] = []
