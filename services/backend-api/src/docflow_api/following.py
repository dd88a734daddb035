"""The stream of one follower: its client's processes, a person's notifications, while its session or key stands."""

from collections.abc import Sequence
from datetime import datetime

from docflow.features.notifications.inbox import Inbox
from docflow.features.notifications.inbox import Seen as SeenNotification
from docflow.features.processes.repository import ProcessRepository
from docflow.features.socket_tickets.service import Follower
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import Gateway
from docflow_api.schemas.notifications import notification_out
from docflow_api.streams import News, ProcessStream, Told

_MOST_TOLD = 1_000
"""Of one look; after a flood the next look goes on from there."""


def following(gateway: Gateway, follower: Follower) -> ProcessStream:
    container = gateway.container
    told = _Notifications(follower)

    async def changed_since(at: datetime) -> Sequence[News]:
        async with container.database.client(follower.client_id) as session:
            changed = await ProcessRepository(session, follower.client_id).changed_since(at)
            return [*changed, *await told.since(session, at)]

    async def stands() -> bool:
        return await gateway.tickets.stands(follower, at=gateway.now())

    return ProcessStream(container.live, container.stopping, changed_since, stands=stands)


class _Notifications:
    """A key is nobody's eyes: it is sent none."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._behind: datetime | None = None

    async def since(self, session: AsyncSession, at: datetime) -> Sequence[Told]:
        if self._follower.user_id is None:
            return ()
        start = at if self._behind is None else min(at, self._behind)
        inbox = Inbox(session, self._follower.client_id, self._follower.user_id)
        found = await inbox.since(start, _MOST_TOLD)
        self._behind = found[-1].row.created_at if len(found) == _MOST_TOLD else None
        return [_told(one) for one in found]


def _told(one: SeenNotification) -> Told:
    body = notification_out(one).model_dump(mode="json")
    return Told(one.row.notification_id, one.row.created_at, body)
