"""What was read from a process's documents, in the forms that rules, validators and the decision to hold look at."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from docflow.domain.json_types import JsonObject, JsonScalar

_COLUMN = re.compile(r"(?P<table>[^\[\]]+)\[\]\.(?P<column>[^\[\]]+)")


@dataclass(frozen=True, slots=True)
class Values:
    """Canonical values by dotted path; a missing one is None or absent. `sources` holds the source of each field."""

    fields: Mapping[str, JsonScalar]
    tables: Mapping[str, Sequence[Mapping[str, JsonScalar]]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def at(self, path: str) -> tuple[JsonScalar, ...]:
        """The value of a field, or of a column (`line_items[].line_total`) in every row."""
        column = _COLUMN.fullmatch(path)
        if column is None:
            return (present(self.fields.get(path)),)
        rows = self.tables.get(column["table"], ())
        return tuple(present(row.get(column["column"])) for row in rows)

    def one(self, path: str) -> JsonScalar:
        return present(self.fields.get(path))


def is_column(path: str) -> bool:
    return _COLUMN.fullmatch(path) is not None


def table_of(path: str) -> str | None:
    column = _COLUMN.fullmatch(path)
    return column["table"] if column else None


def present(value: JsonScalar) -> JsonScalar:
    """Blank text is as good as no value."""
    return None if isinstance(value, str) and not value.strip() else value


def values_of(extraction_result: JsonObject) -> Values:
    """The values inside processes.extraction_result, whose fields and cells are fields of a result (api.md)."""
    fields: Mapping[str, JsonObject] = extraction_result.get("fields") or {}
    tables: Mapping[str, Sequence[Mapping[str, JsonObject]]] = extraction_result.get("tables") or {}
    return Values(
        fields={name: read.get("value") for name, read in fields.items() if read},
        tables={
            name: tuple({column: cell.get("value") for column, cell in row.items() if cell} for row in rows)
            for name, rows in tables.items()
        },
        sources={name: str(read.get("source", "")) for name, read in fields.items() if read},
    )


def extraction_of(values: Values) -> JsonObject:
    """An extraction_result that holds these values and nothing else of them."""
    return {
        "fields": {name: {"value": value} for name, value in values.fields.items()},
        "tables": {
            name: [{column: {"value": cell} for column, cell in row.items()} for row in rows]
            for name, rows in values.tables.items()
        },
    }
