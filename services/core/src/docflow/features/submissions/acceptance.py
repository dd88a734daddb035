"""The rows that make a submission true, written in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.db.json_text import json_bytes
from docflow.domain.errors import TransientError
from docflow.domain.transition import Transition

Row = Mapping[str, Any]

_ACCEPT = "SELECT accept_process({}, CAST({} AS jsonb), CAST({} AS jsonb), CAST({} AS jsonb)) AS accepted_at"
_ALONE = _ACCEPT.format("%(removal)s", "%(process)s", "%(documents)s", "%(transition)s")
_WITHIN = text(_ACCEPT.format(":removal", ":process", ":documents", ":transition"))


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A process, its documents and its first run; `removal_id` is the plan to remove its files, which ends with it.

    The rows hold columns and what JSON can carry; ids are UUIDs.
    """

    removal_id: UUID
    process: Row
    documents: Sequence[Row]
    transition: Transition


async def accept(database: Database, asked: Acceptance) -> datetime:
    """A commit of its own. Returns `created_at`; raises TransientError `submission_expired` and writes nothing
    when the files are being removed already."""
    ((accepted_at,),) = await database.single(_ALONE, _values(asked))
    return _in_time(accepted_at)


async def accept_within(session: AsyncSession, asked: Acceptance) -> datetime:
    """The same in a transaction that writes more."""
    return _in_time(await session.scalar(_WITHIN, _values(asked)))


def _values(asked: Acceptance) -> dict[str, object]:
    return {
        "removal": asked.removal_id,
        "process": _dumped(asked.process),
        "documents": _dumped(asked.documents),
        "transition": _dumped(asked.transition.as_json()),
    }


def _dumped(value: object) -> str:
    return json_bytes(value).decode()


def _in_time(accepted_at: datetime | None) -> datetime:
    if accepted_at is None:
        raise TransientError("the submission took too long; send it again", code="submission_expired")
    return accepted_at
