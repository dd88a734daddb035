"""What a reviewer put right: the value becomes the person's own, and the change is kept."""

import json
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.corrections import CorrectedField, cause_of
from docflow.domain.errors import Problem, UserError
from docflow.domain.ids import new_id
from docflow.domain.jobs import ProcessState
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.reading import FieldSource
from docflow.domain.transition import storable


def corrected_result(
    process: ProcessState, fixes: Mapping[str, JsonValue], found: Mapping[str, CorrectedField]
) -> JsonObject:
    """The extraction result with the corrected fields: source human, confidence 1, and the place of the right value.

    Where that stands on no page, the place of what was read is kept.
    """
    result = dict(process.extraction_result or {})
    fields = dict(result.get("fields") or {})
    for name, value in fixes.items():
        fields[name] = _by_a_person(fields.get(name), value, found.get(name))
    return {**result, "fields": fields}


async def write_corrections(
    session: AsyncSession,
    process: ProcessState,
    fixes: Mapping[str, JsonValue],
    by: str,
    found: Mapping[str, CorrectedField],
) -> None:
    """Keep before and after of each change, where the right value stands, and why it was wrong.

    `document_id` is the primary document's; `found` tells what is known of a corrected field.

    Raises UserError for a value that is no scalar.
    """
    _refuse_structures(fixes)
    fields = (process.extraction_result or {}).get("fields") or {}
    for name, value in fixes.items():
        before = fields.get(name) or {}
        after = _by_a_person(before, value, found.get(name))
        await session.execute(
            text(
                "INSERT INTO field_corrections (correction_id, client_id, process_id, document_id, field, before,"
                " after, page, box, cause, corrected_by) VALUES (:correction_id, :client_id, :process_id, (SELECT document_id"
                " FROM documents WHERE process_id = :process_id ORDER BY position LIMIT 1), :field,"
                " CAST(:before AS jsonb), CAST(:after AS jsonb), :page, CAST(:box AS jsonb), :cause, :by)"
            ),
            {
                "correction_id": new_id(),
                "client_id": process.client_id,
                "process_id": process.process_id,
                "field": storable(name),
                "before": _dumped(before) if before else None,
                "after": _dumped(after),
                "page": after.get("page"),
                "box": _dumped(after["box"]) if after.get("box") else None,
                "cause": cause_of(before.get("value"), value, found.get(name)).value,
                "by": by,
            },
        )


def _by_a_person(before: JsonObject | None, value: JsonValue, found: CorrectedField | None) -> JsonObject:
    kept = dict(before or {"page": None, "box": None, "text": ""})
    if found is not None and found.box is not None:
        kept |= {"page": found.page, "box": [round(x, 5) for x in found.box]}
    # What was checked before was checked of another value.
    return {**kept, "value": value, "confidence": 1.0, "source": FieldSource.HUMAN.value, "checks": []}


def _refuse_structures(fixes: Mapping[str, JsonValue]) -> None:
    problems = [
        Problem(f"/corrections/{name}", "a corrected value is a string, a number, true, false or null")
        for name, value in fixes.items()
        if not isinstance(value, str | int | float | bool | None)
    ]
    if problems:
        raise UserError("a correction is not a single value", problems=problems)


def _dumped(value: JsonValue) -> str:
    return json.dumps(storable(value))
