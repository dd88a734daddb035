"""What an administrator does with secrets: set, list the names of, remove. A value that was set is never shown again."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.counted import has_room
from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, NotFound, Problem, UserError
from docflow.domain.ports.sealing import Sealing
from docflow.domain.secret_references import NAME
from docflow.features.audit.messages import act_audit
from docflow.features.client_secrets.models import ClientSecret

MOST = 200
"""Secrets of one client."""
_NAME = re.compile(NAME)


class SecretKeeping:
    """The secrets of the caller's client. `session` is bound to it."""

    def __init__(self, session: AsyncSession, caller: Caller, sealing: Sealing) -> None:
        self._session = session
        self._caller = caller
        self._sealing = sealing

    async def names(self) -> Sequence[ClientSecret]:
        """By name; the rows hold sealed values."""
        rows = await self._session.scalars(
            select(ClientSecret)
            .where(ClientSecret.client_id == self._caller.client)
            .order_by(ClientSecret.name)
            .limit(MOST)
        )
        return rows.all()

    async def put(self, name: str, value: str, *, at: datetime) -> None:
        """Set or replace. Raises UserError for a name of another form, Conflict where there are too many."""
        if not _NAME.fullmatch(name):
            raise UserError(
                "a secret's name is capital letters, digits and _",
                problems=[Problem("/path/name", f"has the form {NAME}")],
            )
        client_id = self._caller.client
        others = ClientSecret.client_id == client_id, ClientSecret.name != name
        if not await has_room(self._session, ClientSecret, MOST, *others, client_id=client_id):
            raise Conflict(f"a client has at most {MOST} secrets")
        new = insert(ClientSecret).values(
            client_id=client_id,
            name=name,
            value_sealed=self._sealing.seal(value.encode()),
            set_by=self._caller.name,
        )
        replaced = {"value_sealed": new.excluded.value_sealed, "set_by": new.excluded.set_by}
        await self._session.execute(
            new.on_conflict_do_update(index_elements=["client_id", "name"], set_=replaced)
        )
        self._tell("secret_set", name, at)

    async def remove(self, name: str, *, at: datetime) -> None:
        """Raises NotFound."""
        removed = await self._session.scalar(
            delete(ClientSecret)
            .where(ClientSecret.client_id == self._caller.client, ClientSecret.name == name)
            .returning(ClientSecret.name)
        )
        if removed is None:
            raise NotFound("no such secret")
        self._tell("secret_removed", name, at)

    def _tell(self, action: str, name: str, at: datetime) -> None:
        self._session.add(
            act_audit(
                client_id=self._caller.client,
                at=at,
                action=action,
                by=self._caller.name,
                payload={"name": name},
            )
        )
