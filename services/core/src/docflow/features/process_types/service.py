"""Making and changing process types: a client its own, a platform administrator everybody's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.owned_rows import OwnedRows
from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, Forbidden, NotFound, Problem, UserError
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.features.audit.configuring import tell_of_act
from docflow.features.clients.repository import ClientRepository
from docflow.features.process_types.models import ProcessType
from docflow.features.process_types.repository import ProcessTypeRepository

_ROWS = OwnedRows(ProcessType, "process_type_id", "version", "write_platform_type")


class ProcessTypes:
    """`session` is bound to the caller's client, or to none for a platform administrator."""

    def __init__(self, session: AsyncSession, caller: Caller) -> None:
        self._session = session
        self._caller = caller
        self._repository = ProcessTypeRepository(session, caller.client_id)

    async def get(self, process_type_id: str) -> ProcessType:
        """Raises NotFound, also for another client's type."""
        found = await self._repository.get(process_type_id)
        if found is None:
            raise NotFound("no such process type")
        return found

    async def own(self, process_type_id: str) -> ProcessType:
        """One that the caller may change. Raises NotFound, and Forbidden for a client that asks for the platform's."""
        found = await self.get(process_type_id)
        if found.client_id != self._caller.client_id:
            raise Forbidden("the platform's types are changed by a platform admin; make one of your own")
        return found

    async def add(self, process_type_id: str, values: Mapping[str, Any], at: datetime) -> ProcessType:
        """Raises UserError for an id without the client's slug and Conflict for one that is taken."""
        await self._refuse_wrong_name(process_type_id)
        row = {**values, "process_type_id": process_type_id, "created_by": self._caller.name}
        if not await _ROWS.add(self._session, self._caller, row):
            raise Conflict("there is a process type of this id", problems=[_at_id("is taken")])
        return await self._told(await self.get(process_type_id), "process_type_created", at)

    async def change(
        self, row: ProcessType, seen: int | None, values: Mapping[str, Any], at: datetime
    ) -> ProcessType:
        """`seen` None = whatever its version is. Raises PreconditionFailed."""
        version = row.version if seen is None else seen
        await _ROWS.change(self._session, self._caller, row.process_type_id, version, values)
        changed = await self.get(row.process_type_id)
        return await self._told(changed, "process_type_changed", at, changed=sorted(values))

    async def _told(self, row: ProcessType, action: str, at: datetime, **more: JsonValue) -> ProcessType:
        what: JsonObject = {
            "process_type_id": row.process_type_id,
            "version": row.version,
            "is_active": row.is_active,
            "default_version": row.default_version,
            **more,
        }
        await tell_of_act(self._session, self._caller, action, what, at)
        return row

    async def _refuse_wrong_name(self, process_type_id: str) -> None:
        if self._caller.client_id is None:
            if "." in process_type_id:
                raise _wrong_name("a point stands in the ids of clients' own types only")
            return
        slug = (await ClientRepository(self._session, self._caller.client_id).get()).slug
        prefix, point, rest = process_type_id.partition(".")
        if (prefix, point) != (slug, ".") or not rest:
            raise _wrong_name(f"a client's own type is named {slug}.<name>")


def _wrong_name(message: str) -> UserError:
    return UserError(message, problems=[_at_id(message)])


def _at_id(message: str) -> Problem:
    return Problem("/process_type_id", message)
