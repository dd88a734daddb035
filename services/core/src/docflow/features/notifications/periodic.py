from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def sweep_notifications(session: AsyncSession) -> None:
    """Retention: notifications for ninety days, messages to channels for thirty."""
    await session.execute(text("SELECT sweep_notifications()"))
