"""The result of a process as clients get it (api.md, `/result`): one pure function for every state that shows one."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from docflow.domain.evidence import Values, values_of
from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue
from docflow.domain.output_schema import FieldSpec, OutputShape, as_json_type, shape_of


def build_result(
    *,
    extraction_result: JsonObject | None,
    validation_result: JsonObject | None,
    classification_result: JsonObject | None,
    output_schema: JsonObject,
) -> dict[str, JsonValue]:
    """`fields`, `tables`, `documents`, `validation`, `classification` as stored, and `data` by the output schema."""
    extraction = extraction_result or {}
    data = typed_data(values_of(extraction), output_schema)
    return {
        "summary": _summary(validation_result, data),
        "fields": dict(extraction.get("fields") or {}),
        "tables": dict(extraction.get("tables") or {}),
        "documents": list(extraction.get("documents") or ()),
        "validation": validation_result,
        "classification": classification_result,
        "data": data,
    }


def in_order(result: JsonObject, output_schema: JsonObject) -> dict[str, JsonValue]:
    """The result with its fields, tables and columns as the schema lists them, however they were stored; others follow."""
    shape = shape_of(output_schema)
    columns = {table.path: [column.path for column in table.columns] for table in shape.tables}
    ordered = dict(result)
    if fields := result.get("fields"):
        ordered["fields"] = _listed(fields, [spec.path for spec in shape.fields])
    if tables := result.get("tables"):
        ordered["tables"] = {
            name: [_listed(row, columns.get(name, ())) for row in rows]
            for name, rows in _listed(tables, list(columns)).items()
        }
    return ordered


def _listed(given: Mapping[str, JsonValue], first: Sequence[str]) -> dict[str, JsonValue]:
    return {name: given[name] for name in dict.fromkeys((*first, *given)) if name in given}


def fingerprint(data: JsonObject) -> str:
    """The same for the same values, whatever their order."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()


def _summary(validation_result: JsonObject | None, data: JsonObject) -> str | None:
    """Of these very values: one that was made before a correction is not shown."""
    made: JsonObject = (validation_result or {}).get("summary") or {}
    return made.get("text") if made.get("of") == fingerprint(data) else None


def typed_data(values: Values, output_schema: JsonObject) -> dict[str, JsonValue]:
    """The values in the JSON types of the schema, dotted paths nested.

    An absent value is null where the schema allows null and left out where it does not.
    """
    shape = shape_of(output_schema)
    data: dict[str, JsonValue] = {}
    for spec in shape.fields:
        _place(data, spec, values.one(spec.path))
    for table in shape.tables:
        if table.path in values.tables:
            _nest(data, table.path, [_row(row, table.columns) for row in values.tables[table.path]])
    return data


def _row(row: Mapping[str, JsonScalar], columns: Sequence[FieldSpec]) -> dict[str, JsonValue]:
    data: dict[str, JsonValue] = {}
    for column in columns:
        _place(data, column, row.get(column.path))
    return data


def _place(data: dict[str, JsonValue], spec: FieldSpec, value: JsonScalar) -> None:
    if value is not None:
        _nest(data, spec.path, as_json_type(value, spec))
    elif spec.nullable:
        _nest(data, spec.path, None)


def _nest(data: dict[str, JsonValue], path: str, value: JsonValue) -> None:
    *above, last = path.split(".")
    for part in above:
        data = data.setdefault(part, {})
    data[last] = value


def required_paths(shape: OutputShape) -> tuple[str, ...]:
    fields = tuple(spec.path for spec in shape.fields if spec.required)
    return fields + tuple(table.path for table in shape.tables if table.required)
