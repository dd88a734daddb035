from datetime import datetime
from typing import Any
from uuid import UUID

from docflow.features.audit.actors import Actor, ActorKind
from docflow.features.audit.models import AuditLog

from docflow_api.schemas.base import Schema


class AuditLogOut(Schema):
    """`hash` covers the row and `prev_hash`, so a chain of rows cannot be changed unnoticed."""

    audit_id: UUID
    timestamp: datetime
    client_id: UUID
    process_id: UUID | None
    process_type_id: str | None
    result: str
    stage_type: str | None
    process_plugin_name: str | None
    document_urls: list[str]
    payload: dict[str, Any]
    token_usage: dict[str, Any] | None
    error_message: str | None
    run_id: UUID | None
    attempt: int | None
    seq: int
    prev_hash: str
    hash: str


class ListedAuditLogOut(AuditLogOut):
    """`actor_name` is a person's address or a key's name; null for the platform, a worker, and whoever is erased."""

    actor_kind: ActorKind
    actor_name: str | None


class AuditLogsOut(Schema):
    data: list[AuditLogOut]


class BrokenLink(Schema):
    client_id: UUID
    seq: int
    audit_id: UUID | None
    kind: str


class VerificationOut(Schema):
    """Whether the caller's chain is whole up to `verified_through`; rows not yet written are lag, not breakage."""

    ok: bool
    checked: int
    verified_through: datetime | None
    broken: list[BrokenLink]
    chains: int


def audit_log_out(row: AuditLog) -> AuditLogOut:
    return AuditLogOut(
        audit_id=row.audit_id,
        timestamp=row.timestamp,
        client_id=row.client_id,
        process_id=row.process_id,
        process_type_id=row.process_type_id,
        result=row.result,
        stage_type=row.stage_type,
        process_plugin_name=row.process_plugin_name,
        document_urls=list(row.document_urls),
        payload=row.payload,
        token_usage=row.token_usage,
        error_message=row.error_message,
        run_id=row.run_id,
        attempt=row.attempt,
        seq=row.seq,
        prev_hash=bytes(row.prev_hash).hex(),
        hash=bytes(row.hash).hex(),
    )


def listed_audit_log_out(row: AuditLog, actor: Actor) -> ListedAuditLogOut:
    shown = audit_log_out(row)
    return ListedAuditLogOut(**dict(shown), actor_kind=actor.kind, actor_name=actor.name)
