"""What an administrator does with keys: make, name, limit, revoke. Each act stands in the client's audit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.access import Caller, Scope
from docflow.domain.errors import Conflict, Forbidden, Problem, UserError, refuse_stale
from docflow.domain.json_types import JsonObject
from docflow.features.api_keys.models import ApiKey
from docflow.features.api_keys.repository import ApiKeyRepository
from docflow.features.api_keys.service import create_api_key
from docflow.features.audit.messages import act_audit


@dataclass(frozen=True, slots=True)
class KeyPlan:
    name: str
    scopes: Collection[Scope]
    expires_at: datetime | None = None
    requests_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What a request names; `limit_given` tells "no limit of its own" from "leave it"."""

    name: str | None = None
    requests_per_minute: int | None = None
    limit_given: bool = False


class ApiKeyKeeping:
    """The keys of the caller's client. `session` is bound to it."""

    def __init__(self, session: AsyncSession, caller: Caller) -> None:
        self._session = session
        self._caller = caller
        self._keys = ApiKeyRepository(session, caller.client)

    async def make(self, plan: KeyPlan, *, env: str, at: datetime) -> tuple[ApiKey, str]:
        """The row and the key, which is kept nowhere. Raises Forbidden for scopes that the caller does not hold."""
        if not self._caller.scopes.issuperset(plan.scopes):
            raise Forbidden("a key cannot hold scopes that its maker does not hold")
        if plan.expires_at is not None and plan.expires_at <= at:
            raise UserError(
                "the key would have expired already", problems=[Problem("/expires_at", "must lie ahead")]
            )
        row, key = await create_api_key(
            self._session,
            self._caller.client,
            plan.name,
            plan.scopes,
            env=env,
            created_by=self._caller.user_id,
            expires_at=plan.expires_at,
            requests_per_minute=plan.requests_per_minute,
        )
        await self._session.refresh(row)
        self._tell("api_key_created", row, at, {"scopes": list(row.scopes)})
        return row, key

    async def change(
        self, api_key_id: UUID, change: KeyChange, *, version: int | None, at: datetime
    ) -> ApiKey:
        """Raises PreconditionFailed for another version than the current one, Conflict for a revoked key."""
        row = await self._keys.get(api_key_id, locked=True)
        refuse_stale(version, row.version, "this key")
        if row.revoked_at is not None:
            raise Conflict("this key is revoked")
        if change.name is not None:
            row.name = change.name
        if change.limit_given:
            row.rate_limit_per_minute = change.requests_per_minute
        row.version += 1
        await self._session.flush()
        self._tell("api_key_changed", row, at)
        return row

    async def revoke(self, api_key_id: UUID, *, at: datetime) -> None:
        """It is refused from the next request. Safe to repeat; the first time stays."""
        row = await self._keys.get(api_key_id, locked=True)
        if row.revoked_at is None:
            row.revoked_at, row.version = at, row.version + 1
            self._tell("api_key_revoked", row, at)

    def _tell(self, action: str, row: ApiKey, at: datetime, more: JsonObject | None = None) -> None:
        payload: JsonObject = {"api_key_id": str(row.api_key_id), **(more or {})}
        self._session.add(
            act_audit(
                client_id=self._caller.client, at=at, action=action, by=self._caller.name, payload=payload
            )
        )
