"""All clients, for platform administrators, through the functions made for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import NotFound
from docflow.domain.json_types import JsonValue
from docflow.domain.paging import Mark, PageOf, PageRequest

_LIST = text("SELECT * FROM list_clients(:by, :client_id, :status, :before_at, :before_id, :limit)")
_ADD = text("SELECT add_client(:by, :client_id, :name, :slug, :tier, :balance)")
_CHANGE = text("SELECT change_client(:by, :client_id, :version, CAST(:changes AS jsonb))")


@dataclass(frozen=True, slots=True)
class ClientEntry:
    """`token_balance` is prepaid model tokens; None = unmetered."""

    client_id: UUID
    name: str
    slug: str
    status: str
    subscription_tier: str
    token_balance: int | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewClient:
    name: str
    slug: str
    subscription_tier: str
    token_balance: int | None


class ClientDirectory:
    """`by` is the platform administrator; the database refuses anybody else's id."""

    def __init__(self, session: AsyncSession, by: UUID) -> None:
        self._session = session
        self._by = by

    async def page(self, request: PageRequest, *, status: str | None = None) -> PageOf[ClientEntry]:
        """Newest first."""
        rows = await self._list(None, status, request.after, request.limit + 1)
        return PageOf.cut(rows, request.limit, lambda row: Mark(row.created_at, row.client_id))

    async def get(self, client_id: UUID) -> ClientEntry:
        """Raises NotFound."""
        found = await self._list(client_id, None, None, 1)
        if not found:
            raise NotFound("no such client")
        return found[0]

    async def add(self, client_id: UUID, new: NewClient) -> bool:
        """False: the slug is taken."""
        values = {
            "by": self._by,
            "client_id": client_id,
            "name": new.name,
            "slug": new.slug,
            "tier": new.subscription_tier,
            "balance": new.token_balance,
        }
        return bool(await self._session.scalar(_ADD, values))

    async def change(self, client_id: UUID, version: int, changes: Mapping[str, JsonValue]) -> bool:
        """False: the client has another version."""
        values = {
            "by": self._by,
            "client_id": client_id,
            "version": version,
            "changes": orjson.dumps(dict(changes)).decode(),
        }
        return bool(await self._session.scalar(_CHANGE, values))

    async def _list(
        self, client_id: UUID | None, status: str | None, after: Mark | None, limit: int
    ) -> list[ClientEntry]:
        rows = await self._session.execute(
            _LIST,
            {
                "by": self._by,
                "client_id": client_id,
                "status": status,
                "before_at": after.at if after else None,
                "before_id": after.row_id if after else None,
                "limit": limit,
            },
        )
        return [ClientEntry(**row) for row in rows.mappings()]
