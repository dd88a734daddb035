"""SQL of processes. Lists leave out the large JSON columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from docflow.db.lists import page_of_rows
from docflow.domain.errors import NotFound
from docflow.domain.json_types import JsonObject
from docflow.domain.paging import Mark, PageOf, PageRequest
from docflow.domain.ports.live import Snapshot
from docflow.domain.stages import ProcessStatus
from docflow.features.processes.models import Process, ProcessField
from docflow.features.processes.search import Search

_LARGE = (
    defer(Process.extraction_result),
    defer(Process.validation_result),
    defer(Process.final_output),
    defer(Process.classification_result),
)


@dataclass(frozen=True, slots=True)
class ProcessFilter:
    """Bounds are exclusive; no status = any.

    `fields` maps names of read fields to the values asked for, equal as typed values: 119 finds 119.00. `search` is
    a part of a file's name or external id, or the beginning of a process's id.
    """

    statuses: Sequence[ProcessStatus] = ()
    process_type_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    created_by: str | None = None
    external_id: str | None = None
    parent_process_id: UUID | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    search: str | None = None

    @property
    def is_mixed(self) -> bool:
        """More than one condition besides bounds of time."""
        named = (
            self.statuses,
            self.process_type_id,
            self.created_by,
            self.external_id,
            self.search,
            self.parent_process_id,
        )
        return len(self.fields) + sum(bool(each) for each in named) > 1

    def narrow(self, query: Select[Process]) -> Select[Process]:
        if self.statuses:
            query = query.where(Process.status.in_([status.value for status in self.statuses]))
        if self.process_type_id is not None:
            query = query.where(Process.process_type_id == self.process_type_id)
        if self.created_after is not None:
            query = query.where(Process.created_at > self.created_after)
        if self.created_before is not None:
            query = query.where(Process.created_at < self.created_before)
        if self.created_by is not None:
            query = query.where(Process.created_by == self.created_by)
        if self.external_id is not None:
            query = query.where(Process.external_id == self.external_id)
        if self.parent_process_id is not None:
            query = query.where(Process.parent_process_id == self.parent_process_id)
        return query


class ProcessRepository:
    """The processes of one client."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    def add(self, row: Process) -> None:
        self._session.add(row)

    async def get(self, process_id: UUID) -> Process:
        """Raises NotFound, also for another client's process."""
        found: Process | None = await self._session.scalar(
            select(Process).where(Process.client_id == self._client_id, Process.process_id == process_id)
        )
        if found is None:
            raise NotFound("no such process")
        return found

    async def many(self, process_ids: Sequence[UUID]) -> dict[UUID, Process]:
        rows = await self._session.scalars(
            select(Process)
            .options(*_LARGE)
            .where(Process.client_id == self._client_id, Process.process_id.in_(process_ids))
        )
        return {row.process_id: row for row in rows}

    async def values_of(self, process_ids: Sequence[UUID]) -> Mapping[UUID, JsonObject]:
        """The `fields` and `tables` of each, final where they are, without all else that a result holds."""
        result: ColumnElement[Any] = func.coalesce(
            Process.final_output, Process.extraction_result, type_=JSONB
        )
        rows = await self._session.execute(
            select(
                Process.process_id, result["fields"].label("fields"), result["tables"].label("tables")
            ).where(Process.client_id == self._client_id, Process.process_id.in_(process_ids))
        )
        return {row.process_id: {"fields": row.fields, "tables": row.tables} for row in rows}

    async def page(self, chosen: ProcessFilter, request: PageRequest) -> PageOf[Process]:
        """Newest first."""
        if chosen.is_mixed:
            # Of several conditions the rarest should lead. A plan that is kept for all values cannot know which.
            await self._session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        query = chosen.narrow(select(Process).options(*_LARGE).where(Process.client_id == self._client_id))
        at, row_id = Process.created_at, Process.process_id
        for number, (name, value) in enumerate(chosen.fields.items()):
            found = aliased(ProcessField)
            query = query.join(found, self._has(found, name, value))
            if number == 0:
                # The index of fields is in the list's order: nothing is sorted, and the first rows are the page.
                at, row_id = found.created_at, found.process_id
        if chosen.search is not None:
            query = query.where(await Search(chosen.search).where(self._session, self._client_id))
        return await page_of_rows(self._session, query, request, at, row_id)

    def _has(self, found: type[ProcessField], name: str, value: str) -> ColumnElement[bool]:
        return and_(self._is(found, name, value), found.process_id == Process.process_id)

    def _is(self, found: type[ProcessField], name: str, value: str) -> ColumnElement[bool]:
        return and_(
            found.client_id == self._client_id,
            found.name == name,
            found.value == func.field_text(func.to_jsonb(cast(value, Text))),
        )

    async def snapshot(self, process_id: UUID) -> Snapshot | None:
        rows = await self._snapshots(
            select(*_SNAPSHOT).where(Process.client_id == self._client_id, Process.process_id == process_id)
        )
        return rows[0] if rows else None

    async def changed_since(
        self, at: datetime, limit: int, *, after: Mark | None = None
    ) -> Sequence[Snapshot]:
        """The processes that changed at or after `at`, oldest change first; behind the change `after`, if given."""
        query = select(*_SNAPSHOT).where(Process.client_id == self._client_id, Process.updated_at >= at)
        if after is not None:
            query = query.where(tuple_(Process.updated_at, Process.process_id) > (after.at, after.row_id))
        return await self._snapshots(query.order_by(Process.updated_at, Process.process_id).limit(limit))

    async def _snapshots(self, query: Select[UUID, UUID, str, str, int, datetime]) -> Sequence[Snapshot]:
        return [
            Snapshot(
                client_id=row.client_id,
                process_id=row.process_id,
                status=row.status,
                current_stage=row.current_stage,
                version=row.version,
                updated_at=row.updated_at,
            )
            for row in await self._session.execute(query)
        ]


_SNAPSHOT = (
    Process.client_id,
    Process.process_id,
    Process.status,
    Process.current_stage,
    Process.version,
    Process.updated_at,
)
