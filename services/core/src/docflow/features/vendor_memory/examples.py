"""Corrected documents of a client as examples for a model: the beginning of each, and its right answer."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.injection import speaks_to_machine
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.ports.llm import Example
from docflow.domain.wire_schema import Wire, wire_of
from docflow.features.vendor_memory.knowledge import Memory

MOST = 3
TEXT_CHARACTERS = 600
#: An example whose table goes on for longer is left out: half of one would teach to leave rows out.
MOST_ROWS = 8

# Only what a person with the right to review has corrected or approved, of the same configuration and another file. An
# example of each vendor: its newest.
_CORRECTED = text(
    "SELECT DISTINCT ON (m.vendor_key) m.document_id, m.vendor_key, left(d.ocr_text, :characters) AS head,"
    " p.extraction_result"
    " FROM vendor_memories m"
    " JOIN documents d ON d.client_id = m.client_id AND d.document_id = m.document_id"
    " JOIN processes p ON p.client_id = m.client_id AND p.process_id = m.process_id"
    " WHERE m.client_id = :client_id AND m.document_id = ANY(:documents) AND m.process_type_id = :process_type_id"
    " AND m.is_corrected AND m.by_reviewer AND d.ocr_text IS NOT NULL"
    " AND m.config_version = (SELECT config_version FROM processes WHERE client_id = :client_id"
    " AND process_id = :process_id)"
    " AND d.sha256 IS DISTINCT FROM (SELECT sha256 FROM documents WHERE client_id = :client_id"
    " AND document_id = :document_id)"
    " ORDER BY m.vendor_key, m.updated_at DESC, m.document_id"
)


async def examples_of(
    session: AsyncSession,
    *,
    client_id: UUID,
    process_id: UUID,
    document_id: UUID,
    process_type_id: str,
    schema: JsonObject,
    memories: Sequence[Memory],
) -> tuple[Example, ...]:
    """At most three, the likest first. None that speaks to machines, in its text or its values."""
    if not memories:
        return ()
    alike = {memory.document_id: memory.alike for memory in memories}
    rows = (
        await session.execute(
            _CORRECTED,
            {
                "client_id": client_id,
                "process_id": process_id,
                "document_id": document_id,
                "process_type_id": process_type_id,
                "documents": list(alike),
                "characters": TEXT_CHARACTERS,
            },
        )
    ).all()
    wire = wire_of(schema)
    ranked = sorted(rows, key=lambda row: (-alike[row.document_id], row.document_id))
    found = (example_of(row.document_id, row.head, row.extraction_result or {}, wire) for row in ranked)
    return tuple(example for example in found if example is not None)[:MOST]


def example_of(document_id: UUID, head: str, result: JsonObject, wire: Wire) -> Example | None:
    """None for one that gives orders to machines, or is too long to be shown whole."""
    answer = corrected_answer(result, wire)
    if answer is None or any(speaks_to_machine(line) for line in (*head.splitlines(), *_texts(answer))):
        return None
    return Example(head[:TEXT_CHARACTERS], answer, str(document_id))


def corrected_answer(result: JsonObject, wire: Wire) -> JsonObject | None:
    """A result in the wire schema's shape; None where a table is too long for an example."""
    fields, tables = result.get("fields") or {}, result.get("tables") or {}
    answer: dict[str, JsonValue] = {name: _leaf(fields.get(spec.path)) for name, spec in wire.fields.items()}
    for name, table in wire.tables.items():
        rows = tables.get(table.spec.path) or []
        if len(rows) > MOST_ROWS:
            return None
        answer[name] = [
            {column: _leaf(row.get(spec.path)) for column, spec in table.columns.items()} for row in rows
        ]
    return answer


def _leaf(read: JsonObject | None) -> JsonObject:
    if not read or read.get("value") is None:
        return {"text": "", "quote": "", "page": 0}
    corrected = read.get("source") == "human"
    printed = str(read["value"]) if corrected or not read.get("text") else str(read["text"])
    return {"text": printed, "quote": "", "page": read.get("page") or 1}


def _texts(answer: JsonValue) -> list[str]:
    if isinstance(answer, dict):
        return [text for value in answer.values() for text in _texts(value)]
    if isinstance(answer, list):
        return [text for value in answer for text in _texts(value)]
    return [answer] if isinstance(answer, str) else []
