from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def sweep_usage(session: AsyncSession) -> None:
    """Give back what was reserved for calls that nobody ended; forget answers that are out of date."""
    await session.execute(text("SELECT sweep_usage()"))
