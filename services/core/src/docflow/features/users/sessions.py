"""A person's open sign-ins: which there are, and how one is ended from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.access import Caller
from docflow.domain.errors import NotFound
from docflow.features.audit.messages import act_audit
from docflow.features.users.repository import SessionRepository


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One sign-in. `last_used_at` is when it last got an access token."""

    session_id: UUID
    user_agent: str | None
    address: str | None
    created_at: datetime
    last_used_at: datetime
    is_current: bool


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, caller: Caller, *, at: datetime) -> Sequence[OpenSession]:
        """The caller's own, the last used first."""
        async with self._database.of(caller.client_id) as session:
            rows = await SessionRepository(session, caller.client_id).open_of(caller.person, at)
        return [
            OpenSession(
                session_id=row.family_id,
                user_agent=row.user_agent,
                address=row.address,
                created_at=row.signed_in_at or row.created_at,
                last_used_at=row.created_at,
                is_current=row.family_id == caller.session_id,
            )
            for row in rows
        ]

    async def end(self, caller: Caller, session_id: UUID, *, at: datetime) -> None:
        """Its access tokens are refused from the next request. Raises NotFound for one that is not the caller's."""
        async with self._database.of(caller.client_id) as session:
            ended = await SessionRepository(session, caller.client_id).end_one(caller.person, session_id, at)
            if not ended:
                raise NotFound("no such session")
            _tell(session, caller, at)

    async def end_others(self, caller: Caller, *, at: datetime) -> None:
        """All but the one that asks."""
        async with self._database.of(caller.client_id) as session:
            sessions = SessionRepository(session, caller.client_id)
            await sessions.end_all(caller.person, at, but=caller.session_id)
            _tell(session, caller, at)


def _tell(session: AsyncSession, caller: Caller, at: datetime) -> None:
    if caller.client_id is not None:
        session.add(
            act_audit(
                client_id=caller.client_id,
                at=at,
                action="sessions_ended",
                by=caller.name,
                payload={"user_id": str(caller.person)},
            )
        )
