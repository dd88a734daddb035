"""Making, changing and publishing configurations: a client its own, a platform administrator the templates."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
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
from docflow.domain.errors import Conflict, Forbidden, NotFound, PermanentError, Problem, UserError
from docflow.domain.ids import new_id
from docflow.domain.json_changes import Change, changes_between
from docflow.domain.json_types import JsonObject
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.publishing import Draft, Known, problems_of, written_problems
from docflow.domain.workflow_templates import filled_in
from docflow.features.audit.configuring import tell_of_act
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.configurations.repository import COPIED, ConfigurationRepository
from docflow.features.configurations.service import Configurations
from docflow.features.process_types.models import ProcessType
from docflow.features.process_types.service import ProcessTypes
from docflow.features.prompts.repository import PromptRepository

_ACTIONS = {
    LifecycleState.SHADOW: "configuration_shadowed",
    LifecycleState.CANARY: "configuration_canaried",
    LifecycleState.PUBLISHED: "configuration_published",
    LifecycleState.RETIRED: "configuration_retired",
}
_ROWS = OwnedRows(ConfigurationRow, "config_id", "revision", "write_platform_configuration")


@dataclass(frozen=True, slots=True)
class ConfigurationFilter:
    process_type_id: str | None = None
    version: int | None = None
    state: LifecycleState | None = None


class ConfigurationDrafts:
    """`session` is bound to the caller's client, or to none for a platform administrator.

    The caller reads its own rows and the platform's templates and writes its own.
    """

    def __init__(self, session: AsyncSession, caller: Caller, known: Known) -> None:
        self._session = session
        self._caller = caller
        self._known = known
        self._types = ProcessTypes(session, caller)

    async def page(self, chosen: ConfigurationFilter, request: PageRequest) -> PageOf[ConfigurationRow]:
        """Newest first."""
        query = select(ConfigurationRow).where(self._readable())
        for name in ("process_type_id", "version", "state"):
            wanted = getattr(chosen, name)
            if wanted is not None:
                query = query.where(getattr(ConfigurationRow, name) == wanted)
        return await page_of_rows(
            self._session, query, request, ConfigurationRow.created_at, ConfigurationRow.config_id
        )

    async def get(self, config_id: UUID) -> ConfigurationRow:
        """Raises NotFound, also for another client's configuration."""
        found = await self._session.scalar(
            select(ConfigurationRow)
            .where(self._readable(), ConfigurationRow.config_id == config_id)
            .execution_options(populate_existing=True)
        )
        if found is None:
            raise NotFound("no such configuration")
        return found

    async def own(self, config_id: UUID) -> ConfigurationRow:
        """One that the caller may write. Raises NotFound, and Forbidden for a client that asks for a template."""
        found = await self.get(config_id)
        if found.client_id != self._caller.client_id:
            raise Forbidden("the platform's templates are changed by a platform admin; clone it")
        return found

    async def add(self, process_type_id: str, values: Mapping[str, Any]) -> ConfigurationRow:
        """A draft of the next version. Raises NotFound for a type that the caller does not see."""
        process_type = await self._types.get(process_type_id)
        values = self._usable(values)
        await self._keep_first(process_type)
        row = {
            **values,
            "config_id": new_id(),
            "process_type_id": process_type_id,
            "version": await self._next_version(process_type_id),
            "state": LifecycleState.DRAFT.value,
            "is_active": True,
            "prompt_ids": {},
            "created_by": self._caller.name,
        }
        if not await _ROWS.add(self._session, self._caller, row):
            raise Conflict("another draft took this version; try again")
        return await self.get(row["config_id"])

    async def clone(self, source: ConfigurationRow) -> ConfigurationRow:
        """A draft of the caller's own, whatever the state of the source."""
        return await self.add(source.process_type_id, {name: getattr(source, name) for name in COPIED})

    async def change(
        self, row: ConfigurationRow, seen: int | None, values: Mapping[str, Any]
    ) -> ConfigurationRow:
        """Raises Conflict for anything but a draft, PreconditionFailed for a draft that changed meanwhile."""
        if row.state != LifecycleState.DRAFT:
            raise Conflict(f"a configuration that is {row.state} does not change; clone it")
        return await self._write(row, seen, self._usable(values))

    async def publish(self, row: ConfigurationRow, seen: int | None, at: datetime) -> ConfigurationRow:
        """In force from then on, with one prompt a stage pinned to it. From a draft, a shadow or a canary.

        Raises UserError `configuration_invalid` with every fault, or `prompts_missing` with the stages.
        """
        if row.state in (LifecycleState.PUBLISHED, LifecycleState.RETIRED):
            raise Conflict(f"the configuration is {row.state} already")
        return await self.release(row, seen, at, LifecycleState.PUBLISHED)

    async def release(
        self,
        row: ConfigurationRow,
        seen: int | None,
        at: datetime,
        state: LifecycleState,
        *,
        percent: int | None = None,
    ) -> ConfigurationRow:
        """On to `state`, whence its content never changes again. Raises as `publish` does of a draft that is faulty.

        `percent` is a canary's share of new processes.
        """
        values: dict[str, Any] = {"state": state.value}
        if row.state == LifecycleState.DRAFT:
            await refuse_faults(row, self._known)
            values["prompt_ids"] = await self._prompts(row)
        if percent != row.canary_percent:
            values["canary_percent"] = percent
        changed = await self._write(row, seen, values)
        return await self.note(changed, _ACTIONS[state], at)

    async def retire(self, row: ConfigurationRow, seen: int | None, at: datetime) -> ConfigurationRow:
        """Processes that are pinned to it keep it; new ones take the highest version that is still published."""
        if row.state in (LifecycleState.DRAFT, LifecycleState.RETIRED):
            raise Conflict(f"a configuration that is {row.state} cannot be retired")
        return await self.release(row, seen, at, LifecycleState.RETIRED)

    async def note(
        self, row: ConfigurationRow, action: str, at: datetime, more: JsonObject | None = None
    ) -> ConfigurationRow:
        """In the client's audit; what is the platform's, in every client's."""
        share = {} if row.canary_percent is None else {"canary_percent": row.canary_percent}
        what = {
            "config_id": str(row.config_id),
            "process_type_id": row.process_type_id,
            "version": row.version,
            **share,
            **(more or {}),
        }
        await tell_of_act(self._session, self._caller, action, what, at)
        return row

    async def _write(
        self, row: ConfigurationRow, seen: int | None, values: Mapping[str, Any]
    ) -> ConfigurationRow:
        revision = row.revision if seen is None else seen
        await _ROWS.change(self._session, self._caller, row.config_id, revision, values)
        return await self.get(row.config_id)

    async def _prompts(self, row: ConfigurationRow) -> JsonObject:
        process_type = await self._types.get(row.process_type_id)
        found = await PromptRepository(self._session, self._caller.client_id).resolve(
            row.process_type_id, row.version, process_type.default_version
        )
        missing = [stage.value for stage in PromptStage if stage not in found]
        if missing:
            raise UserError(
                f"no prompt is published for: {', '.join(missing)}",
                code="prompts_missing",
                problems=[Problem(f"/prompt_ids/{stage}", "no prompt is published") for stage in missing],
            )
        return {stage.value: str(prompt_id) for stage, prompt_id in found.items()}

    async def _keep_first(self, process_type: ProcessType) -> None:
        """A client's first configuration is the template's copy; a draft must not stand where that one goes."""
        if self._caller.client_id is None or process_type.client_id is not None:
            return
        type_id, client_id = process_type.process_type_id, self._caller.client_id
        if await ConfigurationRepository(self._session, client_id).in_force(type_id) is not None:
            return
        with suppress(PermanentError):  # no template: the client makes its own first one
            await Configurations(self._session, client_id).ensure_first_configuration(process_type)

    async def _next_version(self, process_type_id: str) -> int:
        highest = await self._session.scalar(
            select(func.max(ConfigurationRow.version)).where(
                self._readable(), ConfigurationRow.process_type_id == process_type_id
            )
        )
        return (highest or 0) + 1

    def _usable(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """With the steps of a workflow's template. Raises UserError for what must not even be stored."""
        self._refuse_secrets(values)
        return {**values, "workflow": filled_in(values["workflow"])} if "workflow" in values else values

    def _refuse_secrets(self, values: Mapping[str, Any]) -> None:
        problems = list(
            written_problems(
                values.get("output_actions", ()), values.get("llm_policy", {}), values.get("workflow")
            )
        )
        if problems:
            raise UserError("some values are not valid", problems=problems)

    def _readable(self) -> ColumnElement[bool]:
        platform = ConfigurationRow.client_id.is_(None)
        if self._caller.client_id is None:
            return platform
        return or_(platform, ConfigurationRow.client_id == self._caller.client_id)


async def refuse_faults(row: ConfigurationRow, known: Known) -> None:
    """Raises UserError `configuration_invalid` with every fault but that of missing prompts."""
    problems = await asyncio.to_thread(problems_of, _draft(row), known)
    if problems:
        raise UserError("the configuration is not valid", code="configuration_invalid", problems=problems)


def changes_of(before: ConfigurationRow, after: ConfigurationRow) -> list[Change]:
    return list(changes_between(_told(before), _told(after)))


def _told(row: ConfigurationRow) -> JsonObject:
    rules = row.validation_rules.get("validation_rules", [])
    told = {name: getattr(row, name) for name in COPIED if name != "schema_text"}
    return {
        **told,
        "validation_rules": rules,
        "confidence_threshold": float(row.confidence_threshold),
        "review_sample_share": float(row.review_sample_share),
        "prompt_ids": row.prompt_ids,
    }


def _draft(row: ConfigurationRow) -> Draft:
    return Draft(
        input_schema=row.input_schema,
        output_schema=row.output_schema,
        validation_rules=row.validation_rules.get("validation_rules", ()),
        plugin_name=row.plugin_name,
        workflow=row.workflow,
        output_actions=row.output_actions,
        llm_policy=row.llm_policy,
        enable_hitl=row.enable_hitl,
    )
