"""Making keys, and telling who holds one."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.access import Caller, Scope
from docflow.domain.errors import Forbidden, TransientError, Unauthorized
from docflow.domain.ids import new_id
from docflow.features.api_keys.keys import hash_secret, new_key, parse_key, proves, write_key
from docflow.features.api_keys.models import ApiKey
from docflow.features.api_keys.repository import find_api_key, note_uses

log = structlog.get_logger(__name__)

_NO_HASH = bytes(32)
_SCOPES = frozenset(Scope)


async def create_api_key(
    session: AsyncSession,
    client_id: UUID,
    name: str,
    scopes: Iterable[Scope],
    *,
    env: str = "live",
    created_by: UUID | None = None,
    expires_at: datetime | None = None,
    requests_per_minute: int | None = None,
) -> tuple[ApiKey, str]:
    """The row and the key itself, which is kept nowhere. `session` is bound to the client."""
    key = new_key(env)
    row = ApiKey(
        api_key_id=new_id(),
        client_id=client_id,
        name=name,
        prefix=key.prefix,
        secret_hash=hash_secret(key.secret),
        scopes=sorted(scope.value for scope in scopes),
        created_by=created_by,
        expires_at=expires_at,
        rate_limit_per_minute=requests_per_minute,
    )
    session.add(row)
    await session.flush()
    return row, write_key(key)


class ApiKeys:
    """Who holds a key. Uses are remembered here and written by `keep_uses`, so that no request waits for that."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[UUID, dict[UUID, datetime]] = {}

    async def caller(self, text: str, *, at: datetime) -> Caller:
        """Raises Unauthorized for a key that is unknown, revoked or expired, Forbidden for a suspended client."""
        key = parse_key(text)
        if key is None:
            raise _refused()
        row = await find_api_key(self._database, key.prefix)
        if not proves(key.secret, bytes(row["secret_hash"]) if row else _NO_HASH) or row is None:
            raise _refused()
        if row["revoked_at"] is not None or (row["expires_at"] is not None and row["expires_at"] <= at):
            raise _refused()
        if row["client_status"] != "active":
            raise Forbidden("this client is suspended", code="client_suspended")
        self._used.setdefault(row["client_id"], {})[row["api_key_id"]] = at
        scopes = frozenset(Scope(scope) for scope in row["scopes"] if scope in _SCOPES)
        return Caller(
            f"key:{row['api_key_id']}",
            row["client_id"],
            scopes,
            requests_per_minute=row["rate_limit_per_minute"],
            expires_at=row["expires_at"],
            api_key_id=row["api_key_id"],
        )

    async def keep_uses(self) -> None:
        """Write when each key was used last. What cannot be written is tried again at the next call."""
        used, self._used = self._used, {}
        for client_id, times in used.items():
            try:
                async with self._database.client(client_id) as session:
                    await note_uses(session, client_id, times)
            except (TransientError, DBAPIError) as error:
                log.warning("api_keys.uses_not_kept", error=type(error).__name__)
                self._used[client_id] = {**times, **self._used.get(client_id, {})}


def _refused() -> Unauthorized:
    return Unauthorized("the API key is not valid")
