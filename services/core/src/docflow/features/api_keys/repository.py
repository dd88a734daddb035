from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.db.lists import page_of_rows
from docflow.domain.access import Scope
from docflow.domain.errors import NotFound
from docflow.domain.paging import PageOf, PageRequest
from docflow.features.api_keys.models import ApiKey
from docflow.features.clients.models import Client


async def find_api_key(database: Database, prefix: str) -> Mapping[str, Any] | None:
    """The key with this prefix, over all clients, through the function made for it."""
    rows = await database.single("SELECT * FROM find_api_key(%(prefix)s)", {"prefix": prefix})
    return rows[0]._asdict() if rows else None


_NOTE_USES = text(
    "UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, used.at)"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:times AS timestamptz[])) AS used (api_key_id, at)"
    " WHERE k.client_id = :client_id AND k.api_key_id = used.api_key_id"
)


async def note_uses(session: AsyncSession, client_id: UUID, used: Mapping[UUID, datetime]) -> None:
    """When each key was used last. Never goes back: of several gateways the latest use stays."""
    times = {"ids": list(used), "times": list(used.values())}
    await session.execute(_NOTE_USES, {"client_id": client_id, **times})


async def key_stands(
    session: AsyncSession, client_id: UUID, api_key_id: UUID, scope: Scope, at: datetime
) -> bool:
    """Whether a key of an active client is neither revoked nor expired and holds `scope`."""
    found = await session.scalar(
        select(ApiKey.api_key_id)
        .join(Client, Client.client_id == ApiKey.client_id)
        .where(
            ApiKey.client_id == client_id,
            ApiKey.api_key_id == api_key_id,
            ApiKey.revoked_at.is_(None),
            (ApiKey.expires_at.is_(None)) | (ApiKey.expires_at > at),
            ApiKey.scopes.contains([scope.value]),
            Client.status == "active",
        )
    )
    return found is not None


class ApiKeyRepository:
    """The keys of one client."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def get(self, api_key_id: UUID, *, locked: bool = False) -> ApiKey:
        """Raises NotFound, also for another client's key."""
        query = select(ApiKey).where(ApiKey.client_id == self._client_id, ApiKey.api_key_id == api_key_id)
        found: ApiKey | None = await self._session.scalar(query.with_for_update() if locked else query)
        if found is None:
            raise NotFound("no such API key")
        return found

    async def page(self, request: PageRequest) -> PageOf[ApiKey]:
        """Newest first, the revoked ones too."""
        query = select(ApiKey).where(ApiKey.client_id == self._client_id)
        return await page_of_rows(self._session, query, request, ApiKey.created_at, ApiKey.api_key_id)
