"""What the database says about itself. Statements are shown as they were prepared: with placeholders, without values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from docflow.db.database import translated
from docflow.db.roles import libpq_url
from docflow.domain.errors import PermanentError

Rows = tuple[Sequence[str], list[tuple[object, ...]]]
"""The columns' names and the lines."""


@dataclass(frozen=True, slots=True)
class Report:
    """`query` takes the number of lines. `needs` is an extension."""

    query: LiteralString
    needs: str | None = None


# A statement that the application did not prepare may hold values: only its first word is shown.
ACTIVITY = Report("""
    SELECT a.pid, a.usename AS role, a.application_name AS application, a.state,
        round(extract(epoch FROM clock_timestamp() - a.xact_start)::numeric, 1) AS transaction_s,
        round(extract(epoch FROM clock_timestamp() - a.state_change)::numeric, 1) AS state_s,
        concat_ws(':', a.wait_event_type, a.wait_event) AS waits_for,
        array_to_string(pg_blocking_pids(a.pid), ' ') AS blocked_by,
        CASE WHEN a.query ~ '\\$1' THEN left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80)
            ELSE split_part(ltrim(a.query), ' ', 1) END AS statement
    FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
    ORDER BY a.state = 'idle', a.xact_start NULLS LAST, a.pid
    LIMIT %s
""")

SLOW = Report(
    """
    SELECT round(s.total_exec_time::numeric) AS total_ms, s.calls, round(s.mean_exec_time::numeric, 2) AS mean_ms,
        round(s.max_exec_time::numeric, 1) AS most_ms, s.rows,
        round(100.0 * s.shared_blks_hit / nullif(s.shared_blks_hit + s.shared_blks_read, 0), 1) AS cached_percent,
        left(regexp_replace(s.query, '\\s+', ' ', 'g'), 100) AS statement
    FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
    WHERE d.datname = current_database()
    ORDER BY s.total_exec_time DESC
    LIMIT %s
    """,
    needs="pg_stat_statements",
)

SIZES = Report("""
    SELECT c.relname AS table, pg_size_pretty(pg_total_relation_size(c.oid)) AS total,
        pg_size_pretty(pg_indexes_size(c.oid)) AS indexes, greatest(c.reltuples, 0)::bigint AS rows,
        coalesce(t.n_dead_tup, 0) AS dead_rows,
        coalesce(to_char(greatest(t.last_vacuum, t.last_autovacuum), 'YYYY-MM-DD HH24:MI'), '-') AS vacuumed
    FROM pg_class c LEFT JOIN pg_stat_user_tables t ON t.relid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm')
    ORDER BY pg_total_relation_size(c.oid) DESC, c.relname
    LIMIT %s
""")


async def read(url: str, report: Report, limit: int) -> Rows:
    """Raises PermanentError `extension_missing`, TransientError `database_unavailable` or `database_login_refused`."""
    try:
        async with (
            translated(),
            await psycopg.AsyncConnection.connect(libpq_url(url), autocommit=True) as connection,
        ):
            if report.needs is not None and not await _has(connection, report.needs):
                raise PermanentError(
                    f"the extension {report.needs} is not there; a superuser runs CREATE EXTENSION {report.needs}, "
                    f"with shared_preload_libraries = '{report.needs}'",
                    code="extension_missing",
                )
            cursor = await connection.execute(report.query, (limit,))
            return [column.name for column in cursor.description or ()], await cursor.fetchall()
    except psycopg.errors.ObjectNotInPrerequisiteState as error:
        raise PermanentError(
            f"{report.needs} must be named in shared_preload_libraries", code="extension_missing"
        ) from error


async def _has(connection: psycopg.AsyncConnection, extension: str) -> bool:
    cursor = await connection.execute("SELECT FROM pg_extension WHERE extname = %s", (extension,))
    return await cursor.fetchone() is not None


def lines(found: Rows) -> Iterator[str]:
    """Columns side by side, as wide as their widest cell; the last one as it is."""
    names, rows = found
    cells = [[*names], *([("-" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
