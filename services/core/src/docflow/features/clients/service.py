"""What a platform administrator does to clients. Each act stands in that client's own audit."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, Forbidden, PreconditionFailed, Problem
from docflow.domain.json_types import JsonValue
from docflow.features.audit.messages import act_audit
from docflow.features.clients.directory import ClientDirectory, ClientEntry, NewClient

_ACTS = {"suspended": "client_suspended", "inactive": "client_closed", "active": "client_activated"}


def directory_for(session: AsyncSession, caller: Caller) -> ClientDirectory:
    """Raises Forbidden for anybody but a platform administrator."""
    if not caller.is_platform or caller.user_id is None:
        raise Forbidden("this needs a platform admin")
    return ClientDirectory(session, caller.user_id)


async def add_client(session: AsyncSession, caller: Caller, client_id: UUID, new: NewClient) -> ClientEntry:
    """Raises Conflict `state_conflict` for a slug that is taken. `tell_of_new` follows, bound to the client."""
    directory = directory_for(session, caller)
    if not await directory.add(client_id, new):
        raise Conflict("this slug is taken", problems=[Problem("/slug", "is taken")])
    return await directory.get(client_id)


def tell_of_new(session: AsyncSession, caller: Caller, client: ClientEntry, at: datetime) -> None:
    """The audit row of a new client; `session` is bound to it by now."""
    payload = {"slug": client.slug, "subscription_tier": client.subscription_tier}
    session.add(
        act_audit(client_id=client.client_id, at=at, action="client_created", by=caller.name, payload=payload)
    )


async def change_client(
    session: AsyncSession,
    caller: Caller,
    client_id: UUID,
    *,
    version: int | None,
    changes: Mapping[str, JsonValue],
    at: datetime,
) -> ClientEntry:
    """`session` is bound to the client. A status takes effect at the next request of anybody of that client:
    sign-ins, sessions and keys are refused; what was accepted before is read and delivered to its end.
    `version` None = whatever stands there.

    Raises NotFound and PreconditionFailed.
    """
    directory = directory_for(session, caller)
    before = await directory.get(client_id)
    seen = before.version if version is None else version
    if not await directory.change(client_id, seen, changes):
        raise PreconditionFailed("the client was changed meanwhile; read it again")
    after = await directory.get(client_id)
    changed = sorted(name for name in changes if getattr(before, name) != getattr(after, name))
    action = _ACTS[after.status] if "status" in changed else "client_changed"
    payload: dict[str, JsonValue] = {"changed": changed, "status": after.status}
    session.add(act_audit(client_id=client_id, at=at, action=action, by=caller.name, payload=payload))
    return after
