from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.clients.models import Client


class ClientRepository:
    """One client's own row."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def get(self) -> Client:
        found = await self._session.execute(select(Client).where(Client.client_id == self._client_id))
        return found.scalar_one()

    async def exists(self) -> bool:
        found = select(Client.client_id).where(Client.client_id == self._client_id)
        return (await self._session.scalar(found)) is not None
