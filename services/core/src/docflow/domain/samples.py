"""Values that a person typed in, in the shape of an output schema, as if they had been read."""

from collections.abc import Mapping

from docflow.domain.evidence import Values
from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue
from docflow.domain.output_schema import OutputShape


def values_of_data(data: JsonObject, shape: OutputShape) -> Values:
    """`data` as in a result. What the schema does not name, or what is no single value, is left out."""
    tables = {}
    for table in shape.tables:
        rows = _at(data, table.path)
        tables[table.path] = tuple(
            {column.path: _scalar(_at(row, column.path)) for column in table.columns}
            for row in (rows if isinstance(rows, list | tuple) else ())
            if isinstance(row, Mapping)
        )
    return Values({spec.path: _scalar(_at(data, spec.path)) for spec in shape.fields}, tables)


def _at(data: JsonValue, path: str) -> JsonValue:
    for part in path.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _scalar(value: JsonValue) -> JsonScalar:
    return value if isinstance(value, str | int | float | bool) else None
