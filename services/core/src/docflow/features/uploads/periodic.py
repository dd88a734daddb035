from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def sweep_uploads(session: AsyncSession) -> None:
    """Forget uploads that nothing can be made of any more."""
    await session.execute(text("SELECT sweep_uploads()"))
