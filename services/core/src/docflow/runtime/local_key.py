"""The credential of an installation: an API key of the first demo client, kept in the home folder."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.errors import DocflowError
from docflow.features.api_keys.service import ApiKeys, create_api_key
from docflow.runtime.local_state import LocalState

_NAME = "this machine"
_KEPT = "api_key"


async def local_api_key(state: LocalState, database: Database, admin_url: str | None, at: datetime) -> str:
    """The kept key while it is valid, else a new one; empty where the database is not our own or has no client."""
    kept = state.kept_secret(_KEPT)
    if kept is not None and await _is_valid(kept, database, at):
        return kept
    client_id = await _first_client(admin_url) if admin_url else None
    if client_id is None:
        return ""
    async with database.client(client_id) as session:
        # Production names its database, so this one is no production's.
        _, key = await create_api_key(session, client_id, _NAME, Scope, env="dev")
    state.keep_secret(_KEPT, key)
    return key


async def _is_valid(key: str, database: Database, at: datetime) -> bool:
    try:
        await ApiKeys(database).caller(key, at=at)
    except DocflowError:
        return False
    return True


async def _first_client(admin_url: str) -> UUID | None:
    superuser = Database(admin_url, pool_size=1, max_overflow=0)
    try:
        async with superuser.nobody() as session:
            found: UUID | None = await session.scalar(
                text(
                    "SELECT client_id FROM clients WHERE status = 'active' ORDER BY created_at, slug LIMIT 1"
                )
            )
        return found
    finally:
        await superuser.aclose()
