"""The gist of each process of a page, from the values kept beside the results."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.gist import Gist, NameOfRole, gist_of, names_by_role
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.processes.models import Process, ProcessField

_Pinned = tuple[str | None, int | None]
_HAS_ROLES = '$.**."x-role"'


async def gists_of(session: AsyncSession, client_id: UUID, rows: Sequence[Process]) -> Mapping[UUID, Gist]:
    """In two queries for a page of any size: the configurations that give roles, and the values."""
    if not rows:
        return {}
    names = await _names(session, client_id, {_pinned(row) for row in rows})
    values = await _values(session, client_id, rows, names.values())
    return {row.process_id: gist_of(names[_pinned(row)], values[row.process_id]) for row in rows}


def _pinned(row: Process) -> _Pinned:
    return row.process_type_id, row.config_version


async def _names(session: AsyncSession, client_id: UUID, pinned: set[_Pinned]) -> dict[_Pinned, NameOfRole]:
    found = await session.execute(
        select(
            ConfigurationRow.process_type_id, ConfigurationRow.version, ConfigurationRow.output_schema
        ).where(
            ConfigurationRow.client_id == client_id,
            tuple_(ConfigurationRow.process_type_id, ConfigurationRow.version).in_(pinned),
            func.jsonb_path_exists(ConfigurationRow.output_schema, cast(_HAS_ROLES, JSONPATH)),
        )
    )
    schemas = {(row.process_type_id, row.version): row.output_schema for row in found}
    return {each: names_by_role(schemas.get(each)) for each in pinned}


async def _values(
    session: AsyncSession, client_id: UUID, rows: Sequence[Process], asked: Collection[NameOfRole]
) -> Mapping[UUID, Mapping[str, str]]:
    names = {name for each in asked for of_role in each.values() for name in of_role}
    found = await session.execute(
        select(ProcessField.process_id, ProcessField.name, ProcessField.value).where(
            ProcessField.client_id == client_id,
            ProcessField.process_id.in_([row.process_id for row in rows]),
            ProcessField.name.in_(names),
        )
    )
    values: dict[UUID, dict[str, str]] = defaultdict(dict)
    for process_id, name, value in found:
        values[process_id][name] = value
    return values
