from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.features.api_keys.models import ApiKey


async def find_api_key(database: Database, prefix: str) -> RowMapping | None:
    """The key with this prefix, over all clients, through the function made for it."""
    rows = await database.single(text("SELECT * FROM find_api_key(:prefix)"), {"prefix": prefix})
    return rows[0]._mapping if rows else None


async def note_use(session: AsyncSession, client_id: UUID, api_key_id: UUID, at: datetime) -> None:
    """Never goes back: of several gateways the latest use stays."""
    await session.execute(
        update(ApiKey)
        .where(ApiKey.client_id == client_id, ApiKey.api_key_id == api_key_id)
        .values(last_used_at=func.greatest(ApiKey.last_used_at, at))
    )
