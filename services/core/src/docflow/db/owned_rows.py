"""Writing rows that belong to a client or to the platform, counted so that of two writers one wins."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.base import Base
from docflow.db.json_text import json_bytes
from docflow.domain.access import Caller
from docflow.domain.errors import PreconditionFailed

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OwnedRows:
    """`key` is the primary key's column, `counter` the one that counts writes.

    A client's rows are written as its own; the platform's by `function`, which refuses all but a platform admin.
    """

    model: type[Base]
    key: str
    counter: str
    function: str

    async def add(self, session: AsyncSession, caller: Caller, values: Mapping[str, Any]) -> bool:
        """False: the place is taken."""
        if caller.client_id is None:
            return await self._through_function(session, caller, values, None)
        row = {**values, "client_id": caller.client_id}
        new = insert(self.model).values(row).on_conflict_do_nothing()
        made = await session.execute(new.returning(getattr(self.model, self.key)))
        return made.first() is not None

    async def change(
        self, session: AsyncSession, caller: Caller, key: UUID | str, seen: int, values: Mapping[str, Any]
    ) -> None:
        """Raises PreconditionFailed unless the caller's row still stands at the count `seen`."""
        if caller.client_id is None:
            done = await self._through_function(session, caller, {self.key: key, **values}, seen)
        else:
            done = await self._as_own(session, caller.client_id, key, seen, values)
        if not done:
            raise PreconditionFailed("it was changed meanwhile; read it again")

    async def _as_own(
        self, session: AsyncSession, client_id: UUID, key: UUID | str, seen: int, values: Mapping[str, Any]
    ) -> bool:
        model = self.model
        changed = await session.execute(
            update(model)
            .where(
                getattr(model, "client_id") == client_id,  # noqa: B009 - not every model has one
                getattr(model, self.key) == key,
                getattr(model, self.counter) == seen,
            )
            .values({**values, self.counter: seen + 1})
            .returning(getattr(model, self.key))
            .execution_options(synchronize_session=False)
        )
        return changed.first() is not None

    async def _through_function(
        self, session: AsyncSession, caller: Caller, values: Mapping[str, Any], seen: int | None
    ) -> bool:
        call = text(f"SELECT {self.function}(:by, CAST(:row AS jsonb), :seen)")
        row = json_bytes(dict(values), default=_plain).decode()
        done = await session.scalar(call, {"by": caller.user_id, "row": row, "seen": seen})
        if done:
            # The audit of clients tells of what takes effect; of drafts this line alone does.
            _log.info(
                "platform.written", by=caller.name, table=self.model.__tablename__, id=str(values[self.key])
            )
        return bool(done)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
