"""A client's channels and their messages. People's own mailboxes are not among them: each person keeps theirs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.counted import has_room
from docflow.db.lists import page_of_rows
from docflow.domain.errors import NotFound
from docflow.domain.paging import PageOf, PageRequest
from docflow.features.notification_channels.models import (
    ChannelKind,
    NotificationChannel,
    NotificationMessage,
)
from docflow.features.notifications.models import Notification


class NotificationChannels:
    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def get(self, channel_id: UUID, *, locked: bool = False) -> NotificationChannel:
        """Raises NotFound, also for another client's channel and for a person's mailbox."""
        query = select(NotificationChannel).where(
            NotificationChannel.client_id == self._client_id,
            NotificationChannel.channel_id == channel_id,
            NotificationChannel.user_id.is_(None),
        )
        found: NotificationChannel | None = await self._session.scalar(
            query.with_for_update() if locked else query
        )
        if found is None:
            raise NotFound("no such channel")
        return found

    async def has_room(self, most: int) -> bool:
        """For another one; nobody adds one beside until this transaction ends."""
        own = NotificationChannel.client_id == self._client_id, NotificationChannel.user_id.is_(None)
        return await has_room(self._session, NotificationChannel, most, *own, client_id=self._client_id)

    async def page(self, request: PageRequest) -> PageOf[NotificationChannel]:
        """Newest first."""
        query = select(NotificationChannel).where(
            NotificationChannel.client_id == self._client_id, NotificationChannel.user_id.is_(None)
        )
        at, row_id = NotificationChannel.created_at, NotificationChannel.channel_id
        return await page_of_rows(self._session, query, request, at, row_id)

    async def messages(self, channel_id: UUID, request: PageRequest) -> PageOf[NotificationMessage]:
        """What the channel sent and will send, newest first."""
        query = select(NotificationMessage).where(
            NotificationMessage.client_id == self._client_id, NotificationMessage.channel_id == channel_id
        )
        at, row_id = NotificationMessage.created_at, NotificationMessage.message_id
        return await page_of_rows(self._session, query, request, at, row_id)


@dataclass(frozen=True, slots=True)
class TakenMessage:
    """One message in hand. `attempt` is the fence; `email` the address of the person whose mailbox it is."""

    message_id: UUID
    client_id: UUID
    channel_id: UUID
    counts: Mapping[str, int]
    notification_ids: Sequence[UUID]
    is_test: bool
    attempt: int
    failures: int
    kind: ChannelKind
    channel_name: str
    target_sealed: bytes | None
    channel_state: str
    user_id: UUID | None
    email: str | None
    client_name: str


async def spread(session: AsyncSession, limit: int) -> int:
    """Hand fresh notifications to their channels, each once; on a session bound to no client."""
    return int(await session.scalar(text("SELECT spread_notifications(:limit)"), {"limit": limit}) or 0)


async def take_messages(session: AsyncSession, limit: int, *, hold_s: float) -> list[TakenMessage]:
    """Due messages over all clients; who does not finish one within `hold_s` loses it."""
    rows = await session.execute(
        text("SELECT * FROM take_messages(:limit, :hold_s)"), {"limit": limit, "hold_s": hold_s}
    )
    return [
        TakenMessage(**{**row, "counts": _counts(row["counts"]), "kind": ChannelKind(row["kind"])})
        for row in rows.mappings()
    ]


async def finish_message(
    session: AsyncSession,
    message_id: UUID,
    attempt: int,
    state: str,
    *,
    retry_in_s: float | None,
    counts: bool,
    error_code: str | None,
) -> bool:
    """False when it was taken away."""
    done = await session.scalar(
        text(
            "SELECT finish_message(:message_id, :attempt, :state, CAST(:retry_in_s AS double precision), :counts,"
            " CAST(:error_code AS text))"
        ),
        {
            "message_id": message_id,
            "attempt": attempt,
            "state": state,
            "retry_in_s": retry_in_s,
            "counts": counts,
            "error_code": error_code,
        },
    )
    return bool(done)


async def first_notifications(
    session: AsyncSession, client_id: UUID, ids: Sequence[UUID], limit: int
) -> Sequence[Notification]:
    """Those that still stand, the most severe first."""
    severity = func.array_position(
        text("ARRAY['critical', 'error', 'warning', 'info']"), Notification.severity
    )
    query = select(Notification).where(
        Notification.client_id == client_id, Notification.notification_id.in_(ids)
    )
    query = query.order_by(severity, Notification.notification_id).limit(limit)
    return (await session.scalars(query)).all()


def _counts(given: Mapping[str, int] | str) -> Mapping[str, int]:
    counts: Mapping[str, int] = json.loads(given) if isinstance(given, str) else given
    return counts
