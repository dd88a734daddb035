"""The stream of one follower: its client's processes, a person's notifications, while its session or key stands."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from docflow.domain.paging import Mark
from docflow.features.notifications.inbox import Inbox
from docflow.features.notifications.inbox import Seen as SeenNotification
from docflow.features.processes.repository import ProcessRepository
from docflow.features.socket_tickets.service import Follower
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import Gateway
from docflow_api.schemas.notifications import notification_out
from docflow_api.streams import News, ProcessStream, Told, in_order

AT_ONCE = 1_000
"""Of each kind in one transaction; none is open while they are on their way to a reader who may be slow."""


def following(gateway: Gateway, follower: Follower) -> ProcessStream:
    container = gateway.container

    async def changed_since(at: datetime) -> AsyncGenerator[Sequence[News], None]:
        look = _Look(follower, at)
        while not look.is_over:
            async with container.database.client(follower.client_id) as session:
                page = await look.next_page(session)
            yield page

    async def stands() -> bool:
        return await gateway.tickets.stands(follower, at=gateway.now())

    return ProcessStream(container.live, container.stopping, changed_since, stands=stands)


class _Look:
    """All that changed from `at` on, a page at a time. A key is nobody's eyes: it is sent no notifications."""

    def __init__(self, follower: Follower, at: datetime) -> None:
        self._follower = follower
        self._at = at
        self._processes: Mark | None = None
        self._notifications: Mark | None = None
        self.is_over = False

    async def next_page(self, session: AsyncSession) -> list[News]:
        changed = await ProcessRepository(session, self._follower.client_id).changed_since(
            self._at, AT_ONCE, after=self._processes
        )
        page = in_order(changed, await self._told(session), AT_ONCE)
        for news in page.news:
            if isinstance(news, Told):
                self._notifications = Mark(news.updated_at, news.notification_id)
            else:
                self._processes = Mark(news.updated_at, news.process_id)
        self.is_over = page.is_last
        return page.news

    async def _told(self, session: AsyncSession) -> Sequence[Told]:
        if self._follower.user_id is None:
            return ()
        inbox = Inbox(session, self._follower.client_id, self._follower.user_id)
        return [_told(one) for one in await inbox.since(self._at, AT_ONCE, after=self._notifications)]


def _told(one: SeenNotification) -> Told:
    body = notification_out(one).model_dump(mode="json")
    return Told(one.row.notification_id, one.row.created_at, body)
