"""What expressions may ask of a process: its read values under the names of the output schema, and what is known of them.

Beside the fields stand `data` (all fields once more, for names that clash), `confidence` (0..1 of each field),
`overall_confidence`, `fraud` {score, detected}, `documents` [{type, text_source, page_count, fields, tables}],
`process_type_id` and `received_on`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from docflow.domain.comparing import day, number
from docflow.domain.evidence import present
from docflow.domain.expressions.types import ListOf, Plain, Record, Type, Value
from docflow.domain.json_types import JsonObject, JsonScalar
from docflow.domain.output_schema import FieldSpec, OutputShape, shape_of
from docflow.domain.values.kinds import FieldKind

_NUMBERS = frozenset({FieldKind.MONEY, FieldKind.RATE, FieldKind.QUANTITY})


@dataclass(frozen=True, slots=True)
class About:
    """A process as its checks see it. `types` holds what each document was taken for, by its id."""

    extraction: JsonObject
    classification: JsonObject = field(default_factory=dict)
    process_type_id: str = ""
    types: Mapping[str, str] = field(default_factory=dict)
    overall_confidence: float | None = None
    received_on: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Of one output schema: its shape, and the names that expressions may use with their types."""

    shape: OutputShape
    names: Record


def known_of(output_schema: JsonObject) -> Known:
    """The same for the same schema."""
    return _known(json.dumps(output_schema, sort_keys=True))


@lru_cache(maxsize=256)
def _known(schema: str) -> Known:
    shape = shape_of(json.loads(schema))
    own = _record(shape, type_of)
    named = Record({"type": Plain.TEXT, "text_source": Plain.TEXT, "page_count": Plain.NUMBER, "fields": own})
    beside: Mapping[str, Type] = {
        "data": own,
        "confidence": _record(shape, lambda _: Plain.NUMBER),
        "overall_confidence": Plain.NUMBER,
        "fraud": Record({"score": Plain.NUMBER, "detected": Plain.BOOLEAN}),
        "documents": ListOf(named),
        "process_type_id": Plain.TEXT,
        "received_on": Plain.DATE,
    }
    return Known(shape, Record({**own.names, **beside}))


def type_of(spec: FieldSpec) -> Plain:
    if spec.kind in _NUMBERS or (spec.types and set(spec.types) <= {"integer", "number"}):
        return Plain.NUMBER
    if spec.kind is FieldKind.DATE:
        return Plain.DATE
    if spec.kind is FieldKind.BOOLEAN or spec.types == ("boolean",):
        return Plain.BOOLEAN
    return Plain.TEXT


def value_of(spec: FieldSpec, given: JsonScalar) -> Value:
    """A stored value as expressions compare it; one that is not of its kind stays a text, which then fits nothing."""
    if (given := present(given)) is None:
        return None
    match type_of(spec):
        case Plain.NUMBER:
            read: Value = number(given)
        case Plain.DATE:
            read = day(given)
        case Plain.BOOLEAN:
            read = (
                given if isinstance(given, bool) else {"true": True, "false": False}.get(str(given).lower())
            )
        case _:
            return str(given).strip()
    return str(given) if read is None else read


class Facts(Mapping[str, Value]):
    """The facts of one process, each made when it is first asked for."""

    def __init__(self, known: Known, about: About) -> None:
        self._names = known.names.names
        self._shape = known.shape
        self._about = about
        self._made: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _make(self, name: str) -> Value:
        about = self._about
        match name:
            case "data":
                return _read(self._shape, about.extraction)
            case "confidence":
                return _confidence(self._shape, about.extraction)
            case "overall_confidence":
                return number(about.overall_confidence)
            case "fraud":
                score = number(about.classification.get("fraud_score"))
                return {"score": score, "detected": bool(about.classification.get("fraud_detected"))}
            case "documents":
                return [self._document(one) for one in about.extraction.get("documents") or ()]
            case "process_type_id":
                return about.process_type_id or None
            case "received_on":
                return about.received_on
            case _:
                return self["data"].get(name)

    def _document(self, one: JsonObject) -> Value:
        return {
            "type": self._about.types.get(str(one.get("document_id")), self._about.process_type_id) or None,
            "text_source": one.get("text_source"),
            "page_count": number(one.get("page_count")),
            "fields": _read(self._shape, one),
        }


def _read(shape: OutputShape, extraction: JsonObject) -> dict[str, Value]:
    """The values of an extraction, dotted paths nested; a table that was not read has no rows."""
    fields, tables = extraction.get("fields") or {}, extraction.get("tables") or {}
    made: dict[str, Value] = {}
    for spec in shape.fields:
        _put(made, spec.path, value_of(spec, (fields.get(spec.path) or {}).get("value")))
    for table in shape.tables:
        _put(made, table.path, [_row(table.columns, row) for row in tables.get(table.path) or ()])
    return made


def _row(columns: Sequence[FieldSpec], row: Mapping[str, JsonObject]) -> dict[str, Value]:
    made: dict[str, Value] = {}
    for column in columns:
        _put(made, column.path, value_of(column, (row.get(column.path) or {}).get("value")))
    return made


def _confidence(shape: OutputShape, extraction: JsonObject) -> dict[str, Value]:
    fields: Mapping[str, JsonObject] = extraction.get("fields") or {}
    tables: Mapping[str, Sequence[Mapping[str, JsonObject]]] = extraction.get("tables") or {}
    made: dict[str, Value] = {}
    for spec in shape.fields:
        _put(made, spec.path, number((fields.get(spec.path) or {}).get("confidence")))
    for table in shape.tables:
        rows = [
            {column.path: number((row.get(column.path) or {}).get("confidence")) for column in table.columns}
            for row in tables.get(table.path) or ()
        ]
        _put(made, table.path, rows)
    return made


def _put(made: dict[str, Value], path: str, value: Value) -> None:
    *above, last = path.split(".")
    for part in above:
        inner = made.get(part)
        if not isinstance(inner, dict):  # a name with a dot of its own may stand where a group does
            inner = made[part] = {}
        made = inner
    made[last] = value


def _record(shape: OutputShape, kind: Callable[[FieldSpec], Type]) -> Record:
    tree: dict[str, Value] = {}
    for spec in shape.fields:
        _put(tree, spec.path, kind(spec))
    for table in shape.tables:
        columns: dict[str, Value] = {}
        for column in table.columns:
            _put(columns, column.path, kind(column))
        _put(tree, table.path, ListOf(_as_record(columns)))
    return _as_record(tree)


def _as_record(tree: Mapping[str, Value]) -> Record:
    return Record({name: _as_record(sub) if isinstance(sub, dict) else sub for name, sub in tree.items()})
