from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def sweep_accounts(session: AsyncSession) -> None:
    """Retention of one-time tokens, of sessions, and of letters that nobody could send."""
    await session.execute(text("SELECT sweep_accounts()"))
