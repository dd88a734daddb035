"""The audit rows of what went out, in the commit that finishes it."""

from uuid import UUID

from docflow.domain.announcing import Announcer, Subject
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.clock import Clock
from docflow.domain.stages import AuditResult


def audit_row(
    clock: Clock,
    *,
    client_id: UUID,
    process_id: UUID | None,
    action: str,
    went_well: bool,
    payload: JsonObject,
) -> JsonObject:
    """An entry for the "outbox" of finish_actions and finish_deliveries; ids, codes and keys only."""
    topic, message = Announcer(clock.now(), new_id).act_audit(
        Subject(client_id, process_id),
        action=action,
        by=None,
        payload=payload,
        result=AuditResult.SUCCESS if went_well else AuditResult.FAILED,
    )
    return {
        "message_id": str(message.message_id),
        "topic": topic,
        "client_id": str(client_id),
        "payload": message.as_json(),
    }
