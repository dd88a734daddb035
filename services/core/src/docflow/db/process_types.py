"""The process types that come with the product: the platform's rows, which every client starts from."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from docflow.db.migrate import folder_of_source
from docflow.db.owner import owner_errors, run_as_owner
from docflow.db.roles import libpq_url
from docflow.domain.errors import PermanentError, UserError

BUILT_IN = ("bank_statement", "expense_receipt", "payroll_v1", "simple_invoice", "us_tax_form")
"""Those that `types/built_in.sql` defines, each with four prompts and a first configuration, all published."""


@dataclass(frozen=True, slots=True)
class PlatformType:
    process_type_id: str
    display_name: str
    is_active: bool
    is_built_in: bool


async def install(
    url: str, names: Collection[str] = BUILT_IN, *, folder: Path | None = None
) -> tuple[PlatformType, ...]:
    """Write those of `names` that are missing and return all of `names` as they stand now. Safe to repeat.

    `url` is docflow_owner's or one that may become it. Raises UserError `type_not_built_in`, PermanentError
    `database_roles`, `schema_missing` or `seeds_missing`.
    """
    unknown = sorted(set(names) - set(BUILT_IN))
    if unknown:
        raise UserError(
            f"not built in: {', '.join(unknown)}; there are {', '.join(BUILT_IN)}", code="type_not_built_in"
        )
    if names:
        await run_as_owner(url, _script(folder), types=",".join(names))
    return tuple(each for each in await installed(url) if each.process_type_id in names)


async def installed(url: str) -> tuple[PlatformType, ...]:
    """All types of the platform by their ids, built in or made by an administrator."""
    async with (
        owner_errors(),
        await psycopg.AsyncConnection.connect(libpq_url(url)) as connection,
        connection.cursor(row_factory=class_row(PlatformType)) as cursor,
    ):
        await cursor.execute(
            "SELECT process_type_id, display_name, is_active, COALESCE(created_by = 'platform', false) AS is_built_in"
            " FROM process_types WHERE client_id IS NULL ORDER BY process_type_id"
        )
        return tuple(await cursor.fetchall())


def _script(folder: Path | None) -> bytes:
    file = (folder or folder_of_source()) / "types" / "built_in.sql"
    if not file.is_file():
        raise PermanentError(f"no process types in {file.parent}", code="seeds_missing")
    return file.read_bytes()
