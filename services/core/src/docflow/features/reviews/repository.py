from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import Problem, UserError
from docflow.domain.json_types import JsonObject
from docflow.domain.paging import Mark
from docflow.features.processes.models import Process
from docflow.features.reviews.models import Review


class ReviewRepository:
    """The reviews of one client."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def queue(self, *, limit: int, after: str | None) -> tuple[Sequence[Review], str | None]:
        """Open reviews, the most urgent first and among those the oldest; and the cursor of what follows."""
        query = (
            select(Review)
            .where(Review.client_id == self._client_id, Review.status == "open")
            .order_by(Review.priority.desc(), Review.created_at, Review.review_id)
            .limit(limit + 1)
        )
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

    async def proposed_cuts(self, process_ids: Sequence[UUID]) -> dict[UUID, list[JsonObject]]:
        """Of each process whose files seem to hold several documents: `[{"document_id", "cuts": [{"page", "score"}]}]`."""
        proposed: ColumnElement[Any] = Process.classification_result["split"]["proposed"]
        rows = await self._session.execute(
            select(Process.process_id, proposed.label("proposed")).where(
                Process.client_id == self._client_id,
                Process.process_id.in_(process_ids),
                proposed.is_not(None),
            )
        )
        return {row.process_id: row.proposed for row in rows}


def _read_cursor(cursor: str) -> tuple[int, Mark]:
    priority, _, mark = cursor.partition(".")
    if not priority.lstrip("-").isdecimal() or len(priority) > 9:
        raise UserError(
            "the cursor is not one that a list gave out",
            problems=[Problem("/query/cursor", "not a cursor of this list")],
        )
    return int(priority), Mark.decode(mark)
