"""Lists, newest first: the place of a row is its time and, among rows of one time, its id."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from docflow.db.base import Base
from docflow.domain.paging import Mark, PageOf, PageRequest

Rows = TypeVar("Rows", bound="Select[*tuple[Any, ...]]")
Row = TypeVar("Row", bound=Base)
At = InstrumentedAttribute[datetime]
Id = InstrumentedAttribute[UUID]


def newest_first(query: Rows, request: PageRequest, at: At, row_id: Id) -> Rows:
    """One row more than the page holds: it only says that there are more."""
    if request.after is not None:
        query = query.where(tuple_(at, row_id) < (request.after.at, request.after.row_id))
    return query.order_by(at.desc(), row_id.desc()).limit(request.limit + 1)


async def page_of_rows(
    session: AsyncSession, query: Select[Row], request: PageRequest, at: At, row_id: Id
) -> PageOf[Row]:
    """`at` and `row_id` are columns of the rows, or of a table that repeats them under the same names."""
    rows = (await session.scalars(newest_first(query, request, at, row_id))).all()
    return PageOf.cut(rows, request.limit, lambda row: Mark(getattr(row, at.key), getattr(row, row_id.key)))
