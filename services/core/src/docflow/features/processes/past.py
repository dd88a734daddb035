"""The client's other processes, as rules look at them: found by the index of field values, no table is scanned."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from docflow.db.database import Database
from docflow.domain.ports.past import Asked, Earlier

MAX_ROWS = 500
"""Of one table of one earlier process that are looked at."""

# The first value leads: its index gives the newest first, and the others are looked up by the primary key.
_FOUND = """
SELECT p.process_id, {wanted}
FROM process_fields f0
JOIN processes p ON p.client_id = f0.client_id AND p.process_id = f0.process_id
{joined}
WHERE f0.client_id = :client_id AND f0.name = :name0 AND f0.value = field_text(to_jsonb(CAST(:value0 AS text)))
    AND p.status {status}
    AND (CAST(:own AS uuid) IS NULL OR (
        p.process_id <> :own
        AND p.parent_process_id IS DISTINCT FROM :own
        AND p.process_id IS DISTINCT FROM (
            SELECT o.parent_process_id FROM processes o WHERE o.client_id = :client_id AND o.process_id = :own)))
ORDER BY f0.created_at DESC, f0.process_id DESC
LIMIT :limit
"""
_ALSO = """
JOIN process_fields f{n} ON f{n}.client_id = f0.client_id AND f{n}.process_id = f0.process_id AND f{n}.name = :name{n}
    AND f{n}.value = field_text(to_jsonb(CAST(:value{n} AS text)))
"""
_FIELD = "p.extraction_result -> 'fields' -> CAST(:field AS text) AS field, NULL AS rows"
# Only the cells that are compared leave the database; the rows of a long table weigh megabytes.
_ROWS = f"""
NULL AS field, CASE WHEN jsonb_typeof(p.extraction_result -> 'tables' -> CAST(:table AS text)) = 'array' THEN (
    SELECT jsonb_agg(jsonb_build_object(
        CAST(:key AS text), jsonb_build_object('value', line.cells -> CAST(:key AS text) -> 'value'),
        CAST(:column AS text), jsonb_build_object('value', line.cells -> CAST(:column AS text) -> 'value')))
    FROM (SELECT cells FROM jsonb_array_elements(p.extraction_result -> 'tables' -> CAST(:table AS text)) AS given (cells)
        LIMIT {MAX_ROWS}) AS line) END AS rows
"""  # noqa: S608
_COMPLETED, _NOT_GIVEN_UP = "= 'completed'", "NOT IN ('failed', 'cancelled')"


class PastOfClient:
    """PastProcesses in one short transaction for each question; `process_id` is who asks, if a process does."""

    def __init__(self, database: Database, client_id: UUID, process_id: UUID | None) -> None:
        self._database = database
        self._client_id = client_id
        self._process_id = process_id

    async def like(self, asked: Asked) -> Sequence[Earlier]:
        async with self._database.client(self._client_id) as session:
            # Which of several values is rare differs from question to question; a kept plan cannot know.
            await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
            rows = await session.execute(
                text(query_of(asked)), parameters_of(asked, self._client_id, self._process_id)
            )
            return [Earlier(row.process_id, row.field, tuple(row.rows or ())) for row in rows]


def parameters_of(asked: Asked, client_id: UUID, process_id: UUID | None) -> Mapping[str, Any]:
    named: dict[str, Any] = {"client_id": client_id, "own": process_id, "limit": asked.limit}
    for number, (name, value) in enumerate(asked.same):
        named |= {f"name{number}": name, f"value{number}": value}
    if asked.field is not None:
        named["field"] = asked.field
    if asked.table is not None:
        named |= {"table": asked.table, "key": asked.columns[0], "column": asked.columns[-1]}
    return named


def query_of(asked: Asked) -> str:
    wanted = "NULL AS field, NULL AS rows"
    if asked.field is not None:
        wanted = _FIELD
    elif asked.table is not None:
        wanted = _ROWS
    return _FOUND.format(
        wanted=wanted,
        joined="".join(_ALSO.format(n=number) for number in range(1, len(asked.same))),
        status=_COMPLETED if asked.completed else _NOT_GIVEN_UP,
    )
