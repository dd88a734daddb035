"""Audit records of acts on types, prompts and configurations: a client's own, or the platform's."""

from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.access import Caller
from docflow.domain.json_types import JsonObject
from docflow.features.audit.messages import act_audit, act_message

_TELL_EVERY_CLIENT = text("SELECT tell_every_client(:by, :topic, CAST(:payload AS jsonb))")


async def tell_of_act(
    session: AsyncSession, caller: Caller, action: str, what: JsonObject, at: datetime
) -> None:
    """In the caller's client's audit. What a platform admin does reaches all clients and stands in the audit of each."""
    if caller.client_id is not None:
        session.add(act_audit(client_id=caller.client_id, at=at, action=action, by=caller.name, payload=what))
        return
    topic, message = act_message(at=at, action=action, by=caller.name, payload={**what, "platform": True})
    payload = orjson.dumps(message).decode()
    await session.execute(_TELL_EVERY_CLIENT, {"by": caller.user_id, "topic": topic, "payload": payload})
