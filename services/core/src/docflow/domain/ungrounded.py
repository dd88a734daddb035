"""Values that a model named and no page shows. Of a required field that is a doubt; here the others are looked at, too."""

from collections.abc import Iterator, Mapping, Sequence

from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import FieldSpec, shape_of
from docflow.domain.reading import FieldSource
from docflow.domain.values.kinds import FieldKind

#: Read off a page without standing on it: a sign for a code, a tick for yes, one of few words for what the page means.
_IMPLIED = frozenset({FieldKind.CURRENCY, FieldKind.BOOLEAN})
#: Of cells, what is paid; descriptions and quantities are written too freely.
_CELLS = frozenset({FieldKind.MONEY, FieldKind.IBAN, FieldKind.ID})


def ungrounded(extraction: JsonObject, output_schema: JsonObject) -> tuple[str, ...]:
    """Paths of fields and tables with such values. `extraction` as in processes.extraction_result."""
    return tuple(_found(extraction, output_schema))


def _found(extraction: JsonObject, output_schema: JsonObject) -> Iterator[str]:
    shape = shape_of(output_schema)
    fields: Mapping[str, JsonObject] = extraction.get("fields") or {}
    tables: Mapping[str, Sequence[Mapping[str, JsonObject]]] = extraction.get("tables") or {}
    for spec in shape.fields:
        if spec.kind not in _IMPLIED and not spec.is_choice and _is_from_nowhere(fields.get(spec.path)):
            yield spec.path
    for table in shape.tables:
        paid = [column.path for column in table.columns if _counts(column)]
        if any(_is_from_nowhere(row.get(path)) for row in tables.get(table.path, ()) for path in paid):
            yield table.path


def _counts(column: FieldSpec) -> bool:
    return column.kind in _CELLS and not column.is_choice


def _is_from_nowhere(read: JsonObject | None) -> bool:
    return (
        bool(read)
        and read is not None
        and read.get("source") == FieldSource.LLM.value
        and read.get("value") is not None
        and read.get("page") is None
    )
