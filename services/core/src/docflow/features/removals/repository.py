"""Planning removals in the transaction of what makes files needless, and beforehand for files that may never get an owner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.features.removals.models import FileRemoval

UNCLAIMED = timedelta(hours=1)
"""A submission that did not commit within this time never will: its request has long ended."""
LATE_WRITES = timedelta(hours=1)
"""A worker may go on writing files of an erased process until its stage's deadline, at most 15 minutes."""


@dataclass(frozen=True, slots=True)
class Expected:
    """`is_active` is of the process type: None = there is none; only for an active one there is a plan."""

    removal_id: UUID
    is_active: bool | None


async def expect(
    database: Database, client_id: UUID, process_type_id: str, *, process_id: UUID, prefix: str, at: datetime
) -> Expected:
    """Before files of a process that does not exist yet are written; its acceptance ends the plan. Has committed then."""
    removal_id = new_id()
    ((is_active,),) = await database.single(
        "SELECT expect_files(%(client)s, %(type)s, %(removal)s, %(process)s, %(prefix)s, %(due)s)",
        {
            "client": client_id,
            "type": process_type_id,
            "removal": removal_id,
            "process": process_id,
            "prefix": prefix,
            "due": at + UNCLAIMED,
        },
    )
    return Expected(removal_id, is_active)


def expect_untyped(
    session: AsyncSession, client_id: UUID, process_id: UUID, prefix: str, due: datetime
) -> UUID:
    """The same where no process type has been named yet, within the session's transaction. Returns the plan's id."""
    removal_id = new_id()
    session.add(
        FileRemoval(
            removal_id=removal_id,
            client_id=client_id,
            process_id=process_id,
            prefix=prefix,
            available_at=due,
            last_at=due,
        )
    )
    return removal_id


def plan(
    session: AsyncSession,
    client_id: UUID,
    prefixes: Iterable[str],
    *,
    at: datetime,
    process_id: UUID | None = None,
    again_after: timedelta = timedelta(),
) -> None:
    """Remove what begins with each prefix once this transaction has committed and `at` has come."""
    session.add_all(
        FileRemoval(
            client_id=client_id,
            process_id=process_id,
            prefix=prefix,
            available_at=at,
            last_at=at + again_after,
        )
        for prefix in prefixes
    )
