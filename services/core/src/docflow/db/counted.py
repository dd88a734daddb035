"""Limits on how many rows there may be: whoever adds one takes turns, so that two at once do not both get the last place."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.base import Base


async def has_room(
    session: AsyncSession, model: type[Base], most: int, *which: ColumnElement[bool], client_id: UUID | None
) -> bool:
    """Whether fewer than `most` rows are `which`; none is added beside until this transaction ends.

    `client_id` is whose rows they are; None = the platform's.
    """
    turn = f"{model.__tablename__}:{client_id}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(turn, 0))))
    count = await session.scalar(select(func.count()).select_from(model).where(*which))
    return (count or 0) < most
