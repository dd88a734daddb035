"""The people of one client, as its administrators manage them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import Conflict, NotFound, refuse_stale
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import Role
from docflow.features.audit.messages import act_audit
from docflow.features.users.models import User
from docflow.features.users.repository import SessionRepository, UserRepository


class People:
    """`session` is bound to the client; `by` is who acts (`user:<id>` or `key:<id>`)."""

    def __init__(self, session: AsyncSession, client_id: UUID, *, by: str, at: datetime) -> None:
        self._session = session
        self._client_id = client_id
        self._by = by
        self._at = at
        self._users = UserRepository(session, client_id)

    async def add(self, email: str, role: Role, password_hash: str) -> User:
        """Raises Conflict where the address has an account."""
        row = User(
            user_id=new_id(),
            client_id=self._client_id,
            email=email,
            role=role.value,
            password_hash=password_hash,
            created_at=self._at,
        )
        try:
            async with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError as error:
            if getattr(error.orig, "sqlstate", None) != "23505":
                raise
            raise Conflict("this address has an account") from error
        await self._session.refresh(row)
        self._note("user_created", row, {"role": role.value})
        return row

    async def change(
        self, user_id: UUID, *, role: Role | None, status: str | None, version: int | None
    ) -> User:
        """What is None stays; a change ends the person's sessions. `version` None = whichever there is.

        Raises NotFound, PreconditionFailed for a stale version, and Conflict where the
        client would be left without an active administrator.
        """
        admins = await self._users.lock_active_admins()
        row = await self._users.locked(user_id)
        if row is None:
            raise NotFound("no such user")
        refuse_stale(version, row.version, "the user")
        wanted = {"role": role.value if role else row.role, "status": status or row.status}
        changed: JsonObject = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if not changed:
            return row
        if admins == {user_id} and wanted != {"role": Role.ADMIN.value, "status": "active"}:
            raise Conflict("this is the client's last active administrator")
        row.role, row.status, row.version = wanted["role"], wanted["status"], row.version + 1
        await self._session.flush()
        await SessionRepository(self._session, self._client_id).end_all(user_id, self._at)
        self._note("user_changed", row, changed)
        await self._session.refresh(row)
        return row

    def _note(self, action: str, row: User, payload: JsonObject) -> None:
        self._session.add(
            act_audit(
                client_id=self._client_id,
                at=self._at,
                action=action,
                by=self._by,
                payload={"user_id": str(row.user_id), **payload},
            )
        )
