"""The platform's channels and what they still have to say. `session` is bound to no client."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.counted import has_room
from docflow.db.lists import page_of_rows
from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, NotFound
from docflow.domain.ids import new_id
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.plain_secrets import refuse_secret_name
from docflow.domain.ports.sealing import Sealing
from docflow.features.notification_channels.keeping import Target
from docflow.features.notification_channels.models import ChannelKind
from docflow.features.platform_alerts.models import PlatformChannel, PlatformMessage

MOST_CHANNELS = 20


class PlatformChannels:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(self, request: PageRequest) -> PageOf[PlatformChannel]:
        """Newest first."""
        query = select(PlatformChannel)
        return await page_of_rows(
            self._session, query, request, PlatformChannel.created_at, PlatformChannel.channel_id
        )

    async def make(self, name: str, target: Target, sealing: Sealing, *, by: Caller) -> PlatformChannel:
        """Raises Conflict beyond MOST_CHANNELS, UserError for a name that looks like a key."""
        refuse_secret_name(name)
        if not await has_room(self._session, PlatformChannel, MOST_CHANNELS, client_id=None):
            raise Conflict(f"the platform has at most {MOST_CHANNELS} channels")
        row = PlatformChannel(
            channel_id=new_id(),
            kind=target.kind.value,
            name=name,
            target_sealed=sealing.seal(target.url.encode()),
            shown_target=target.shown,
            created_by=by.name,
        )
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        return row

    async def remove(self, channel_id: UUID) -> None:
        """With what it had still to send. Raises NotFound."""
        await self._session.delete(await self._get(channel_id))

    async def test(self, channel_id: UUID) -> None:
        """A message that worker-output sends next; its outcome shows on the channel. Raises NotFound."""
        row = await self._get(channel_id)
        told = "This channel works: alerts of the platform will arrive here."
        self._session.add(
            PlatformMessage(
                message_id=new_id(), channel_id=row.channel_id, title="DocFlow AI: test message", told=told
            )
        )

    async def _get(self, channel_id: UUID) -> PlatformChannel:
        found = await self._session.get(PlatformChannel, channel_id)
        if found is None:
            raise NotFound("no such channel")
        return found


@dataclass(frozen=True, slots=True)
class PlatformWork:
    """One message in hand. `attempt` is the fence."""

    message_id: UUID
    attempt: int
    failures: int
    kind: ChannelKind
    target_sealed: bytes
    title: str
    told: str


async def take(session: AsyncSession, limit: int, *, hold_s: float) -> list[PlatformWork]:
    """Due messages, each held for `hold_s` seconds."""
    due = (
        select(PlatformMessage.message_id)
        .where(PlatformMessage.state == "pending", PlatformMessage.available_at <= func.clock_timestamp())
        .order_by(PlatformMessage.available_at, PlatformMessage.message_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await session.execute(
        update(PlatformMessage)
        .where(PlatformMessage.message_id.in_(due), PlatformChannel.channel_id == PlatformMessage.channel_id)
        .values(
            attempt=PlatformMessage.attempt + 1,
            available_at=func.clock_timestamp() + timedelta(seconds=hold_s),
        )
        .returning(
            PlatformMessage.message_id, PlatformMessage.attempt, PlatformMessage.failures, PlatformMessage.title,
            PlatformMessage.told, PlatformChannel.kind, PlatformChannel.target_sealed,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return [
        PlatformWork(
            row.message_id,
            row.attempt,
            row.failures,
            ChannelKind(row.kind),
            bytes(row.target_sealed),
            row.title,
            row.told,
        )
        for row in rows
    ]


async def finish(
    session: AsyncSession,
    message_id: UUID,
    attempt: int,
    state: str,
    *,
    retry_in_s: float | None = None,
    counts: bool = False,
    error_code: str | None = None,
) -> bool:
    """False when the message was taken again meanwhile, or is no more."""
    query = select(PlatformMessage).where(
        PlatformMessage.message_id == message_id,
        PlatformMessage.attempt == attempt,
        PlatformMessage.state == "pending",
    )
    row = await session.scalar(query.with_for_update())
    if row is None:
        return False
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    row.state, row.failures, row.error_code = state, row.failures + counts, error_code
    if state == "pending":
        row.available_at = now + timedelta(seconds=retry_in_s or 0)
    else:
        row.finished_at = now
    channel = await session.get_one(PlatformChannel, row.channel_id, with_for_update=True)
    if state == "delivered":
        channel.failing_since, channel.last_error_code, channel.last_delivered_at = None, None, now
    elif error_code is not None:
        channel.failing_since, channel.last_error_code = channel.failing_since or now, error_code
    return True
