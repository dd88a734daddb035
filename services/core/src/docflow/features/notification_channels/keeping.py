"""What an administrator does with channels. Each act stands in the client's audit, no target does."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, UserError, refuse_stale
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.notifying import Told
from docflow.domain.plain_secrets import refuse_secret_name
from docflow.domain.ports.chat import Chat
from docflow.domain.ports.sealing import Sealing
from docflow.domain.secret_references import references
from docflow.features.audit.messages import act_audit
from docflow.features.notification_channels.models import (
    ChannelKind,
    NotificationChannel,
    NotificationMessage,
)
from docflow.features.notification_channels.repository import NotificationChannels

MOST_CHANNELS = 50


@dataclass(frozen=True, slots=True)
class Target:
    """Where a channel leads, judged. `url` is a secret, or the reference to one in JSON."""

    kind: ChannelKind
    url: str
    shown: str


async def judged(chat: Chat, kind: ChannelKind, address: str | JsonObject) -> Target:
    """Raises UserError `channel_invalid` or `egress_refused`. Asks the network for names: call it outside a transaction.

    What a `{"$secret": "NAME"}` leads to is judged when it is used.
    """
    if not isinstance(address, str):
        return Target(kind, json.dumps(address), f"secret {next(references(address))}")
    if kind is not ChannelKind.EMAIL:
        found = await chat.check(kind.value, address)
        return Target(kind, found.url, found.shown)
    name, at, host = address.strip().rpartition("@")
    if not (name and at and "." in host) or any(
        c.isspace() or not c.isprintable() or c in ",;<>" for c in address.strip()
    ):
        raise UserError("the channel cannot be used: this is no e-mail address", code="channel_invalid")
    return Target(kind, address.strip(), f"{name[:1]}…@{host}")


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """None = stays as it is."""

    name: str | None = None
    target: Target | None = None
    events: Collection[Told] | None = None
    window_s: int | None = None
    is_active: bool | None = None


class ChannelKeeping:
    """The channels of the caller's client. `session` is bound to it."""

    def __init__(self, session: AsyncSession, caller: Caller, sealing: Sealing, at: datetime) -> None:
        self._session = session
        self._caller = caller
        self._sealing = sealing
        self._at = at
        self._channels = NotificationChannels(session, caller.client)

    async def make(
        self, name: str, target: Target, events: Collection[Told], window_s: int
    ) -> NotificationChannel:
        """Raises Conflict beyond MOST_CHANNELS."""
        refuse_secret_name(name)
        if not await self._channels.has_room(MOST_CHANNELS):
            raise Conflict(f"a client has at most {MOST_CHANNELS} channels")
        row = NotificationChannel(
            channel_id=new_id(),
            client_id=self._caller.client,
            kind=target.kind.value,
            name=name,
            target_sealed=self._sealing.seal(target.url.encode()),
            shown_target=target.shown,
            events=_listed(events),
            window_s=window_s,
            created_by=self._caller.name,
        )
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        self._tell("notification_channel_created", row, {"kind": row.kind, "events": list(row.events)})
        return row

    async def change(
        self, channel_id: UUID, change: ChannelChange, *, version: int | None
    ) -> NotificationChannel:
        """Raises PreconditionFailed for another version than the current one. Its troubles are forgotten with a new
        target, and when it is enabled again.
        """
        row = await self._channels.get(channel_id, locked=True)
        refuse_stale(version, row.version, "this channel")
        if change.name is not None:
            refuse_secret_name(change.name)
            row.name = change.name
        if change.target is not None:
            row.target_sealed = self._sealing.seal(change.target.url.encode())
            row.shown_target = change.target.shown
        if change.events is not None:
            row.events = _listed(change.events)
        if change.window_s is not None:
            row.window_s = change.window_s
        if change.is_active is not None:
            row.state = "active" if change.is_active else "disabled"
        if change.target is not None or change.is_active:
            row.failing_since, row.last_error_code = None, None
        row.version += 1
        await self._session.flush()
        self._tell("notification_channel_changed", row, {"events": list(row.events), "state": row.state})
        return row

    async def remove(self, channel_id: UUID) -> None:
        """With what it had still to send."""
        row = await self._channels.get(channel_id, locked=True)
        self._tell("notification_channel_removed", row, {"kind": row.kind})
        await self._session.delete(row)

    async def test(self, channel_id: UUID) -> NotificationMessage:
        """A message that worker-output sends next; its outcome shows on it and on the channel."""
        row = await self._channels.get(channel_id)
        message = NotificationMessage(
            message_id=new_id(), client_id=row.client_id, channel_id=row.channel_id, is_test=True
        )
        self._session.add(message)
        await self._session.flush()
        await self._session.refresh(message)
        self._tell("notification_channel_tested", row, {})
        return message

    def _tell(self, action: str, row: NotificationChannel, more: JsonObject) -> None:
        payload: JsonObject = {"channel_id": str(row.channel_id), **more}
        self._session.add(
            act_audit(
                client_id=self._caller.client,
                at=self._at,
                action=action,
                by=self._caller.name,
                payload=payload,
            )
        )


def _listed(events: Collection[Told]) -> list[str]:
    return sorted({told.value for told in events})
