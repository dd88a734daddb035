"""What one person is told, in the portal and by letter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.ids import new_id
from docflow.domain.notifying import USUAL, Told
from docflow.features.notification_channels.models import ChannelKind, NotificationChannel
from docflow.features.notifications.models import NotificationPreference

LETTER_WINDOW_S = 300


@dataclass(frozen=True, slots=True)
class Preferences:
    """`email` are the types that a letter tells of; what comes within `email_window_s` is one letter."""

    in_app: Sequence[str]
    email: Sequence[str] = ()
    email_window_s: int = LETTER_WINDOW_S


async def preferences_of(session: AsyncSession, client_id: UUID, user_id: UUID) -> Preferences:
    in_app = await session.scalar(
        select(NotificationPreference.in_app).where(
            NotificationPreference.client_id == client_id, NotificationPreference.user_id == user_id
        )
    )
    letters = (
        await session.execute(
            select(NotificationChannel.events, NotificationChannel.window_s).where(
                NotificationChannel.client_id == client_id, NotificationChannel.user_id == user_id
            )
        )
    ).one_or_none()
    shown = [told.value for told in USUAL] if in_app is None else in_app
    return Preferences(shown, *(letters or ()))


async def set_preferences(
    session: AsyncSession,
    client_id: UUID,
    user_id: UUID,
    *,
    in_app: Collection[Told],
    email: Collection[Told],
    email_window_s: int,
) -> Preferences:
    """They count for what is written from now on. Repeating it changes nothing."""
    shown, by_letter = _listed(in_app), _listed(email)
    row = upsert(NotificationPreference).values(client_id=client_id, user_id=user_id, in_app=shown)
    await session.execute(
        row.on_conflict_do_update(index_elements=["client_id", "user_id"], set_={"in_app": shown})
    )
    mailbox = upsert(NotificationChannel).values(
        channel_id=new_id(),
        client_id=client_id,
        user_id=user_id,
        kind=ChannelKind.EMAIL.value,
        name="own mailbox",
        events=by_letter,
        window_s=email_window_s,
    )
    await session.execute(
        mailbox.on_conflict_do_update(
            index_elements=["client_id", "user_id"], set_={"events": by_letter, "window_s": email_window_s}
        )
    )
    return Preferences(shown, by_letter, email_window_s)


def _listed(types: Collection[Told]) -> list[str]:
    return sorted({told.value for told in types})
