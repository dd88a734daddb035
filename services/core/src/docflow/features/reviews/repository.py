"""SQL of reviews: the queue and one review."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import NotFound, Problem, UserError
from docflow.domain.json_types import JsonObject
from docflow.domain.paging import Mark
from docflow.features.processes.models import Process
from docflow.features.processes.search import Search
from docflow.features.reviews.models import FieldCorrection, Review

NOBODY = "none"
"""As an assignee: reviews that were given to nobody."""

_PRIORITY = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What is None or empty does not matter. `assignee` is a person, or NOBODY; `claimed` by anybody, now.

    `reasons` are codes, one of which is among the review's. `search` is a part of a file's name or external id, or the
    beginning of a process's id. `sampled` asks for blind samples instead of what waits for a decision.
    """

    reasons: Sequence[str] = ()
    process_type_id: str | None = None
    assignee: UUID | str | None = None
    claimed: bool | None = None
    older_than: timedelta | None = None
    search: str | None = None
    sampled: bool = False

    @property
    def needs_process(self) -> bool:
        return self.process_type_id is not None or self.search is not None


class ReviewRepository:
    """The reviews of one client."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def queue(
        self, chosen: ReviewFilter, now: datetime, *, limit: int, after: str | None
    ) -> tuple[Sequence[Review], str | None]:
        """Open reviews, the most urgent first and among those the oldest; and the cursor of what follows."""
        query = (
            select(Review)
            .where(Review.client_id == self._client_id, Review.status == "open")
            .order_by(Review.priority.desc(), Review.created_at, Review.review_id)
            .limit(limit + 1)
        )
        for condition in _conditions(chosen, now):
            query = query.where(condition)
        if chosen.needs_process:
            query = await self._of_processes(query, chosen)
        if after is not None:
            priority, mark = _read_cursor(after)
            query = query.where(
                tuple_(-Review.priority, Review.created_at, Review.review_id)
                > (-priority, mark.at, mark.row_id)
            )
        rows = (await self._session.scalars(query)).all()
        if len(rows) <= limit:
            return rows, None
        last = rows[limit - 1]
        return rows[:limit], f"{last.priority}.{Mark(last.created_at, last.review_id).encode()}"

    async def cuts(self, process_ids: Sequence[UUID]) -> dict[UUID, Sequence[JsonObject]]:
        """Where the files of each seem to hold several documents: `[{"document_id", "cuts": [{"page", "score"}]}]`."""
        proposed: ColumnElement[Any] = Process.classification_result["split"]["proposed"]
        rows = await self._session.execute(
            select(Process.process_id, proposed.label("cuts")).where(
                Process.client_id == self._client_id, Process.process_id.in_(process_ids)
            )
        )
        return {row.process_id: row.cuts or () for row in rows}

    async def _of_processes(self, query: Select[Review], chosen: ReviewFilter) -> Select[Review]:
        query = query.join(
            Process,
            and_(Process.client_id == Review.client_id, Process.process_id == Review.process_id),
        )
        if chosen.process_type_id is not None:
            query = query.where(Process.process_type_id == chosen.process_type_id)
        if chosen.search is not None:
            query = query.where(await Search(chosen.search).where(self._session, self._client_id))
        return query

    async def of_process(self, process_id: UUID) -> Review:
        """The open one, else the last. Raises NotFound, also for a process that nobody had to look at."""
        found = await self._find(process_id)
        if found is None:
            raise NotFound("this process has no review")
        return found

    async def _find(self, process_id: UUID) -> Review | None:
        found: Review | None = await self._session.scalar(
            select(Review)
            .where(Review.client_id == self._client_id, Review.process_id == process_id)
            .order_by(
                (Review.status == "open").desc(),
                Review.is_blind_sample,
                Review.created_at.desc(),
                Review.review_id.desc(),
            )
            .limit(1)
            .execution_options(populate_existing=True)
        )
        return found

    async def is_open_sample(self, process_id: UUID) -> bool:
        found = await self._find(process_id)
        return found is not None and found.status == "open" and found.is_blind_sample

    async def corrections(self, review_id: UUID, process_id: UUID) -> Sequence[FieldCorrection]:
        """What was put right during a review, oldest first."""
        rows = await self._session.scalars(
            select(FieldCorrection)
            .where(
                FieldCorrection.client_id == self._client_id,
                FieldCorrection.process_id == process_id,
                FieldCorrection.review_id == review_id,
            )
            .order_by(FieldCorrection.created_at, FieldCorrection.correction_id)
        )
        return rows.all()


def _conditions(chosen: ReviewFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Review.is_blind_sample.is_(chosen.sampled)]
    reasons: Any = Review.reasons
    if chosen.reasons:
        found.append(or_(*(reasons.contains([{"code": code}]) for code in chosen.reasons)))
    if isinstance(chosen.assignee, UUID):
        found.append(Review.assignee == chosen.assignee)
    elif chosen.assignee == NOBODY:
        found.append(Review.assignee.is_(None))
    if chosen.claimed is not None:
        is_claimed = func.coalesce(Review.lease_until > now, False)
        found.append(is_claimed.is_(chosen.claimed))
    if chosen.older_than is not None:
        found.append(Review.created_at < now - chosen.older_than)
    return found


def _read_cursor(cursor: str) -> tuple[int, Mark]:
    priority, _, mark = cursor.partition(".")
    if not _PRIORITY.fullmatch(priority):
        raise UserError(
            "the cursor is not one that a list gave out",
            problems=[Problem("/query/cursor", "not a cursor of this list")],
        )
    return int(priority), Mark.decode(mark)
