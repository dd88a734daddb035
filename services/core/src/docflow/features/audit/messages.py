"""Audit records on their way out: rows of the outbox, added in the transaction of what they tell of.

Records of stages are made by `domain.advance`; these are the others, and they carry no run. A payload holds ids,
codes and names of fields; never a value, a document's text or a secret.
"""

from datetime import datetime
from uuid import UUID

from docflow.db.outbox import OutboxRow
from docflow.domain.announcing import Announcer, Subject
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.messages import Message
from docflow.domain.stages import AuditResult
from docflow.domain.transition import storable


def act_audit(
    *,
    client_id: UUID,
    at: datetime,
    action: str,
    by: str | None = None,
    process_id: UUID | None = None,
    result: AuditResult = AuditResult.SUCCESS,
    payload: JsonObject | None = None,
) -> OutboxRow:
    """What somebody did (`login`, `exported`, `erased`); `session.add` it. `by` is `user:<id>` or `key:<id>`."""
    topic, message = _told(client_id, process_id, at=at, action=action, by=by, result=result, payload=payload)
    return OutboxRow(
        message_id=message.message_id,
        topic=topic,
        client_id=message.client_id,
        payload=storable(message.as_json()),
    )


def delivery_audit(
    *,
    client_id: UUID,
    at: datetime,
    action: str,
    process_id: UUID | None = None,
    result: AuditResult = AuditResult.SUCCESS,
    payload: JsonObject | None = None,
) -> JsonObject:
    """What was delivered or exported, in the form that `finish_actions` and `finish_deliveries` take as `outbox`."""
    topic, message = _told(
        client_id, process_id, at=at, action=action, by=None, result=result, payload=payload
    )
    return {
        "message_id": str(message.message_id),
        "topic": topic,
        "client_id": str(client_id),
        "payload": storable(message.as_json()),
    }


def act_message(*, at: datetime, action: str, by: str, payload: JsonObject) -> tuple[str, JsonObject]:
    """Topic and envelope of an act for `tell_every_client`, which fills in id and client for each."""
    nobody = UUID(int=0)
    topic, message = _told(
        nobody, None, at=at, action=action, by=by, result=AuditResult.SUCCESS, payload=payload
    )
    return topic, storable(message.as_json())


def _told(
    client_id: UUID,
    process_id: UUID | None,
    *,
    at: datetime,
    action: str,
    by: str | None,
    result: AuditResult,
    payload: JsonObject | None,
) -> tuple[str, Message]:
    return Announcer(at, new_id).act_audit(
        Subject(client_id, process_id), action=action, by=by, payload=payload or {}, result=result
    )
