"""Making, changing and publishing prompts: a client its own, a platform administrator everybody's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.lists import page_of_rows
from docflow.db.owned_rows import OwnedRows
from docflow.domain.access import Caller
from docflow.domain.configuration import LifecycleState, PromptStage
from docflow.domain.errors import Conflict, Forbidden, NotFound, UserError
from docflow.domain.ids import new_id
from docflow.domain.json_changes import Change, changes_between
from docflow.domain.json_types import JsonObject
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.prompting import template_problems
from docflow.features.audit.configuring import tell_of_act
from docflow.features.process_types.service import ProcessTypes
from docflow.features.prompts.models import PromptRow

_ROWS = OwnedRows(PromptRow, "prompt_id", "revision", "write_platform_prompt")
_TEXT = ("prompt_template", "model_name", "temperature", "max_tokens")


@dataclass(frozen=True, slots=True)
class PromptFilter:
    process_type_id: str | None = None
    version: int | None = None
    stage: PromptStage | None = None
    state: LifecycleState | None = None


class PromptDrafts:
    """`session` is bound to the caller's client, or to none for a platform administrator.

    The caller reads its own rows and the platform's and writes its own.
    """

    def __init__(self, session: AsyncSession, caller: Caller) -> None:
        self._session = session
        self._caller = caller

    async def page(self, chosen: PromptFilter, request: PageRequest) -> PageOf[PromptRow]:
        """Newest first."""
        query = select(PromptRow).where(self._readable())
        for name in ("process_type_id", "version", "stage", "state"):
            wanted = getattr(chosen, name)
            if wanted is not None:
                query = query.where(getattr(PromptRow, name) == wanted)
        return await page_of_rows(self._session, query, request, PromptRow.created_at, PromptRow.prompt_id)

    async def get(self, prompt_id: UUID) -> PromptRow:
        """Raises NotFound, also for another client's prompt."""
        found = await self._session.scalar(
            select(PromptRow)
            .where(self._readable(), PromptRow.prompt_id == prompt_id)
            .execution_options(populate_existing=True)
        )
        if found is None:
            raise NotFound("no such prompt")
        return found

    async def own(self, prompt_id: UUID) -> PromptRow:
        """One that the caller may write. Raises NotFound, and Forbidden for a client that asks for the platform's."""
        found = await self.get(prompt_id)
        if found.client_id != self._caller.client_id:
            raise Forbidden("the platform's prompts are changed by a platform admin; clone it")
        return found

    async def add(
        self, process_type_id: str, version: int, stage: PromptStage, values: Mapping[str, Any]
    ) -> PromptRow:
        """A draft. Raises NotFound for a type that the caller does not see, Conflict where the place is taken."""
        await ProcessTypes(self._session, self._caller).get(process_type_id)
        row = {
            **values,
            "prompt_id": new_id(),
            "process_type_id": process_type_id,
            "version": version,
            "stage": stage.value,
            "state": LifecycleState.DRAFT.value,
            "is_active": True,
            "created_by": self._caller.name,
        }
        if not await _ROWS.add(self._session, self._caller, row):
            raise Conflict("there is a prompt of this type, version and stage")
        return await self.get(row["prompt_id"])

    async def clone(self, source: PromptRow, version: int | None) -> PromptRow:
        """A draft of the caller's own; `version` None = the next of its type and stage."""
        values = {name: getattr(source, name) for name in _TEXT}
        wanted = version or await self._next_version(source.process_type_id, source.stage)
        return await self.add(source.process_type_id, wanted, PromptStage(source.stage), values)

    async def change(self, row: PromptRow, seen: int | None, values: Mapping[str, Any]) -> PromptRow:
        """Raises Conflict for anything but a draft, PreconditionFailed for a draft that changed meanwhile."""
        if row.state != LifecycleState.DRAFT:
            raise Conflict(f"a prompt that is {row.state} does not change; clone it")
        return await self._write(row, seen, values)

    async def publish(self, row: PromptRow, seen: int | None, at: datetime) -> PromptRow:
        """Raises UserError with what is wrong with its placeholders."""
        if row.state != LifecycleState.DRAFT:
            raise Conflict(f"the prompt is {row.state} already")
        problems = template_problems(row.prompt_template, PromptStage(row.stage))
        if problems:
            raise UserError("the prompt cannot be published", problems=problems)
        changed = await self._write(row, seen, {"state": LifecycleState.PUBLISHED.value})
        return await self._told(changed, "prompt_published", at)

    async def retire(self, row: PromptRow, seen: int | None, at: datetime) -> PromptRow:
        """Configurations that were published with it keep it."""
        if row.state != LifecycleState.PUBLISHED:
            raise Conflict(f"a prompt that is {row.state} cannot be retired")
        changed = await self._write(row, seen, {"state": LifecycleState.RETIRED.value})
        return await self._told(changed, "prompt_retired", at)

    async def _told(self, row: PromptRow, action: str, at: datetime) -> PromptRow:
        what = {
            "prompt_id": str(row.prompt_id),
            "process_type_id": row.process_type_id,
            "version": row.version,
            "stage": row.stage,
        }
        await tell_of_act(self._session, self._caller, action, what, at)
        return row

    async def _write(self, row: PromptRow, seen: int | None, values: Mapping[str, Any]) -> PromptRow:
        revision = row.revision if seen is None else seen
        await _ROWS.change(self._session, self._caller, row.prompt_id, revision, values)
        return await self.get(row.prompt_id)

    async def _next_version(self, process_type_id: str, stage: str) -> int:
        highest = await self._session.scalar(
            select(func.max(PromptRow.version)).where(
                self._readable(), PromptRow.process_type_id == process_type_id, PromptRow.stage == stage
            )
        )
        return (highest or 0) + 1

    def _readable(self) -> ColumnElement[bool]:
        platform = PromptRow.client_id.is_(None)
        if self._caller.client_id is None:
            return platform
        return or_(platform, PromptRow.client_id == self._caller.client_id)


def changes_of(before: PromptRow, after: PromptRow) -> list[Change]:
    return list(changes_between(_told(before), _told(after)))


def _told(row: PromptRow) -> JsonObject:
    temperature = None if row.temperature is None else float(row.temperature)
    return {**{name: getattr(row, name) for name in _TEXT}, "temperature": temperature}
