from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def sweep_engine(session: AsyncSession) -> None:
    """Retention of workers, idempotency keys, sign-in attempts and events nobody could be given."""
    await session.execute(text("SELECT sweep_engine()"))
