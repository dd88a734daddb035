"""Reviews that nobody comes back to are free again; clients are told of those that wait for long."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

AT_ONCE = 500
OLD = timedelta(hours=24)
"""Reviews that have waited for so long are worth a word."""
EVERY = timedelta(hours=23)
"""At most one digest in so long."""


async def free_leases(session: AsyncSession) -> None:
    await session.execute(text("SELECT free_leases(:limit)"), {"limit": AT_ONCE})


async def digest_reviews(session: AsyncSession) -> None:
    await session.execute(
        text("SELECT digest_reviews(CAST(:age AS interval), CAST(:every AS interval))"),
        {"age": OLD, "every": EVERY},
    )
