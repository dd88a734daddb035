"""What one person is told, in the portal and by letter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.ids import new_id
from docflow.domain.notifying import USUAL, Language, Told
from docflow.features.notification_channels.models import ChannelKind, NotificationChannel
from docflow.features.notifications.models import NotificationPreference

LETTER_WINDOW_S = 300


@dataclass(frozen=True, slots=True)
class Preferences:
    """`email` are the types that a letter tells of; what comes within `email_window_s` is one letter, in `language`."""

    in_app: Sequence[str]
    email: Sequence[str] = ()
    email_window_s: int = LETTER_WINDOW_S
    language: Language = Language.EN


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
    events, window_s = letters or ((), LETTER_WINDOW_S)
    return Preferences(shown, events, window_s, await language_of(session, client_id, user_id))


async def language_of(session: AsyncSession, client_id: UUID, user_id: UUID | None) -> Language:
    """A channel of nobody's own, and who never chose, is written to in English."""
    if user_id is None:
        return Language.EN
    chosen = await session.scalar(
        select(NotificationPreference.language).where(
            NotificationPreference.client_id == client_id, NotificationPreference.user_id == user_id
        )
    )
    return Language(chosen) if chosen else Language.EN


async def write_in(session: AsyncSession, client_id: UUID, user_id: UUID, language: Language) -> None:
    """From now on the person's letters are in this language."""
    row = upsert(NotificationPreference).values(client_id=client_id, user_id=user_id, language=language.value)
    await session.execute(
        row.on_conflict_do_update(index_elements=["client_id", "user_id"], set_={"language": language.value})
    )


async def set_preferences(
    session: AsyncSession,
    client_id: UUID,
    user_id: UUID,
    *,
    in_app: Collection[Told],
    email: Collection[Told],
    email_window_s: int,
    language: Language | None = None,
) -> Preferences:
    """They count for what is written from now on. Without a language the one before stays. Repeating it changes nothing."""
    shown, by_letter = _listed(in_app), _listed(email)
    chosen = {"in_app": shown} if language is None else {"in_app": shown, "language": language.value}
    row = upsert(NotificationPreference).values(client_id=client_id, user_id=user_id, **chosen)
    await session.execute(row.on_conflict_do_update(index_elements=["client_id", "user_id"], set_=chosen))
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
    language = language or await language_of(session, client_id, user_id)
    return Preferences(shown, by_letter, email_window_s, language)


def _listed(types: Collection[Told]) -> list[str]:
    return sorted({told.value for told in types})
