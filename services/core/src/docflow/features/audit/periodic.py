from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_MONTHS_AHEAD = 3


async def add_partitions(session: AsyncSession) -> None:
    """Months ahead, so that no record has to go to the default partition."""
    await session.execute(text("SELECT ensure_audit_partitions(:months)"), {"months": _MONTHS_AHEAD})
