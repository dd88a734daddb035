"""Tells people that a vendor's key is refused or unpaid: nothing but somebody's act will mend that."""

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.llm import Trouble
from docflow.features.notifications.models import Notification

log = structlog.get_logger(__name__)

#: While the vendor stays shut out it is found so again and again; once a day is enough.
ONCE_IN = timedelta(days=1)
_TOLD = {Trouble.AUTH: "its key is refused", Trouble.BILLING: "its account is not paid or has met its limit"}


class ModelAlarm:
    """Writes a notification for the client whose document met it, beside the work: nothing waits for it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._writing: set[asyncio.Task[None]] = set()

    def raised(self, client_id: UUID, provider: str, trouble: Trouble) -> None:
        task = asyncio.create_task(self._write(client_id, provider, trouble), name="llm.alarm")
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def aclose(self) -> None:
        await asyncio.gather(*self._writing, return_exceptions=True)

    async def _write(self, client_id: UUID, provider: str, trouble: Trouble) -> None:
        title = f"The model provider {provider} is not asked any more"
        try:
            async with self._database.client(client_id) as session:
                if not await self._is_told(session, client_id, title):
                    session.add(_alert(client_id, title, provider, trouble))
        except (TransientError, SQLAlchemyError) as error:
            log.warning("llm.alarm_lost", error=type(error).__name__)

    async def _is_told(self, session: AsyncSession, client_id: UUID, title: str) -> bool:
        since = self._clock.now() - ONCE_IN
        query = select(Notification.notification_id).where(
            Notification.client_id == client_id,
            Notification.type == "alert",
            Notification.title == title,
            Notification.created_at > since,
        )
        return await session.scalar(query.limit(1)) is not None


def _alert(client_id: UUID, title: str, provider: str, trouble: Trouble) -> Notification:
    why = _TOLD.get(trouble, trouble.value.replace("_", " "))
    return Notification(
        notification_id=new_id(),
        client_id=client_id,
        type="alert",
        severity="critical",
        title=title,
        message=f"{provider}: {why}. Other models of the order are asked; without one documents wait.",
    )
