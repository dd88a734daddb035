"""One person's notifications: the client's and their own, of the types they want to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, func, literal, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.lists import newest_first
from docflow.domain.errors import NotFound
from docflow.domain.notifying import USUAL
from docflow.domain.paging import Mark, PageOf, PageRequest
from docflow.features.notifications.models import Notification, NotificationPreference, NotificationRead

MOST_COUNTED = 1_000
"""Nobody reads a larger number, and it keeps the count cheap."""
_UNDER_WAY = timedelta(seconds=10)
"""A row is stamped when its transaction begins: what is younger may stand beside one that nobody has seen yet."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A notification as one person has it."""

    row: Notification
    is_read: bool


@dataclass(frozen=True, slots=True)
class _Wishes:
    types: Sequence[str]
    read_until: datetime | None


class Inbox:
    def __init__(self, session: AsyncSession, client_id: UUID, user_id: UUID) -> None:
        self._session = session
        self._client_id = client_id
        self._user_id = user_id

    async def page(
        self, request: PageRequest, *, unread_only: bool = False, type_: str | None = None
    ) -> PageOf[Seen]:
        """Newest first."""
        wishes = await self._wishes()
        query = select(Notification, self._is_read(wishes)).where(*self._visible(wishes))
        if unread_only:
            query = query.where(*self._unread(wishes))
        if type_ is not None:
            query = query.where(Notification.type == type_)
        query = newest_first(query, request, Notification.created_at, Notification.notification_id)
        found = (await self._session.execute(query)).all()
        rows = [Seen(row, bool(is_read)) for row, is_read in found]
        return PageOf.cut(rows, request.limit, lambda one: Mark(one.row.created_at, one.row.notification_id))

    async def since(self, at: datetime, limit: int, *, after: Mark | None = None) -> Sequence[Seen]:
        """What was written from `at` on, oldest first, at most `limit`; behind the one `after`, if given."""
        wishes = await self._wishes()
        place = tuple_(Notification.created_at, Notification.notification_id)
        query = select(Notification, self._is_read(wishes)).where(
            *self._visible(wishes), Notification.created_at >= at
        )
        if after is not None:
            query = query.where(place > (after.at, after.row_id))
        query = query.order_by(Notification.created_at, Notification.notification_id).limit(limit)
        return [Seen(row, bool(is_read)) for row, is_read in await self._session.execute(query)]

    async def unread(self) -> int:
        """How many are unread, counted up to MOST_COUNTED."""
        wishes = await self._wishes()
        few = select(literal(1)).where(*self._visible(wishes), *self._unread(wishes)).limit(MOST_COUNTED)
        return await self._session.scalar(select(func.count()).select_from(few.subquery())) or 0

    async def read(self, notification_id: UUID, *, at: datetime) -> Seen:
        """Mark as read; the first time stays. Raises NotFound, also for another client's or person's."""
        query = select(Notification).where(
            Notification.client_id == self._client_id,
            Notification.notification_id == notification_id,
            self._mine(),
        )
        row: Notification | None = await self._session.scalar(query)
        if row is None:
            raise NotFound("no such notification")
        await self._session.execute(
            upsert(NotificationRead)
            .values(
                client_id=self._client_id, notification_id=notification_id, user_id=self._user_id, read_at=at
            )
            .on_conflict_do_nothing()
        )
        if row.user_id is not None and not row.is_read:
            row.is_read, row.read_at = True, at
        return Seen(row, is_read=True)

    async def read_all(self) -> None:
        """All that can be seen now counts as read; what commits meanwhile does not. Safe to repeat."""
        wishes = await self._wishes()
        now: datetime = (await self._session.execute(text("SELECT clock_timestamp()"))).scalar_one()
        until = now - _UNDER_WAY
        young = select(
            Notification.client_id, Notification.notification_id, literal(self._user_id), literal(now)
        ).where(*self._visible(wishes), Notification.created_at > until, *self._unread(wishes))
        await self._session.execute(
            upsert(NotificationRead)
            .from_select(["client_id", "notification_id", "user_id", "read_at"], young)
            .on_conflict_do_nothing()
        )
        marked = upsert(NotificationPreference).values(
            client_id=self._client_id, user_id=self._user_id, read_until=until
        )
        await self._session.execute(
            marked.on_conflict_do_update(
                index_elements=["client_id", "user_id"],
                set_={"read_until": func.greatest(NotificationPreference.read_until, until)},
            )
        )
        await self._session.execute(
            update(Notification)
            .where(
                Notification.client_id == self._client_id,
                Notification.user_id == self._user_id,
                Notification.is_read.is_(False),
            )
            .values(is_read=True, read_at=now)
        )

    async def _wishes(self) -> _Wishes:
        query = select(NotificationPreference.in_app, NotificationPreference.read_until).where(
            NotificationPreference.client_id == self._client_id,
            NotificationPreference.user_id == self._user_id,
        )
        row = (await self._session.execute(query)).one_or_none()
        usual = [told.value for told in USUAL]
        if row is None:
            return _Wishes(usual, None)
        return _Wishes(usual if row.in_app is None else row.in_app, row.read_until)

    def _mine(self) -> ColumnElement[bool]:
        return or_(Notification.user_id.is_(None), Notification.user_id == self._user_id)

    def _visible(self, wishes: _Wishes) -> Sequence[ColumnElement[bool]]:
        return (
            Notification.client_id == self._client_id,
            self._mine(),
            Notification.type.in_(wishes.types),
        )

    def _noted(self) -> ColumnElement[bool]:
        return exists().where(
            NotificationRead.client_id == self._client_id,
            NotificationRead.notification_id == Notification.notification_id,
            NotificationRead.user_id == self._user_id,
        )

    def _is_read(self, wishes: _Wishes) -> ColumnElement[bool]:
        before = false() if wishes.read_until is None else Notification.created_at <= wishes.read_until
        return or_(before, self._noted())

    def _unread(self, wishes: _Wishes) -> Sequence[ColumnElement[bool]]:
        noted = ~self._noted()
        return (noted,) if wishes.read_until is None else (Notification.created_at > wishes.read_until, noted)
