"""Checks of one document against another of the same process: an invoice against its order, a payslip against a contract.

    {"rule": "match", "with": "purchase_order", "on": "order_number", "severity": "error", "required": true,
     "compare": ["currency", {"field": "total", "to": "net_total", "tolerance": "0.01", "at_most": true}],
     "lines": {"table": "line_items", "key": ["article_number", "description"],
               "compare": [{"column": "quantity", "at_most": true}, {"column": "unit_price", "tolerance": "2%"}]}}

`with` is the type that the other document was taken for, with or without the client's prefix. Without `on` each
document of that type is meant. Several of them, such as delivery notes, are taken together: their quantities add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.output_schema import FieldSpec, OutputShape, TableSpec
from docflow.domain.rule_forms.likeness import Tolerance, tolerance_of
from docflow.domain.rules import RuleInvalid, paths_of, severity_of
from docflow.domain.stages import Severity
from docflow.domain.values.kinds import FieldKind

NAME = "match"
MAX_COMPARED = 50


@dataclass(frozen=True, slots=True)
class Compared:
    """`spec` is ours, `other` the other document's."""

    spec: FieldSpec
    other: FieldSpec
    tolerance: Tolerance
    at_most: bool
    adds_up: bool = False
    """Rows of one key are added before they are compared."""


@dataclass(frozen=True, slots=True)
class Lines:
    table: str
    key: tuple[FieldSpec, ...]
    """The first of these columns that has a value says which line it is."""
    columns: tuple[Compared, ...]


@dataclass(frozen=True, slots=True)
class MatchRule:
    other_type: str
    on: tuple[FieldSpec, ...]
    fields: tuple[Compared, ...]
    lines: Lines | None
    required: bool
    severity: Severity

    def is_of(self, process_type_id: str) -> bool:
        return self.other_type in (process_type_id, process_type_id.rpartition(".")[2])


def parsed(given: JsonObject, shape: OutputShape) -> MatchRule:
    """Raises RuleInvalid."""
    other_type = given.get("with")
    if not isinstance(other_type, str) or not other_type:
        raise RuleInvalid("a match names the type of the other document in with")
    required = given.get("required", True)
    if not isinstance(required, bool):
        raise RuleInvalid("required is true or false")
    fields = _compared(given.get("compare"), "field", {spec.path: spec for spec in shape.fields})
    lines = _lines(given.get("lines"), shape)
    if not fields and lines is None:
        raise RuleInvalid("a match needs compare or lines")
    by_path = {spec.path: spec for spec in shape.fields}
    on = tuple(_spec(by_path, path) for path in paths_of(given.get("on"), "on"))
    return MatchRule(other_type, on, fields, lines, required, severity_of(given))


def _lines(given: JsonValue, shape: OutputShape) -> Lines | None:
    if given is None:
        return None
    table = _table(given, shape)
    columns = {spec.path: spec for spec in table.columns}
    key = tuple(_spec(columns, path) for path in paths_of(given.get("key"), "key"))
    if not key:
        raise RuleInvalid("lines need a key")
    return Lines(table.path, key, _compared(given.get("compare"), "column", columns))


def _table(given: JsonValue, shape: OutputShape) -> TableSpec:
    if not isinstance(given, Mapping):
        raise RuleInvalid("lines are an object with table, key and compare")
    found = next((table for table in shape.tables if table.path == given.get("table")), None)
    if found is None:
        raise RuleInvalid("the output schema has no such table of lines")
    return found


def _compared(given: JsonValue, name: str, specs: Mapping[str, FieldSpec]) -> tuple[Compared, ...]:
    if given is None:
        return ()
    if not isinstance(given, list | tuple) or len(given) > MAX_COMPARED:
        raise RuleInvalid(f"compare is a list of at most {MAX_COMPARED}")
    return tuple(_one(item if isinstance(item, Mapping) else {name: item}, name, specs) for item in given)


def _one(item: JsonObject, name: str, specs: Mapping[str, FieldSpec]) -> Compared:
    spec = _spec(specs, item.get(name))
    at_most, adds_up = item.get("at_most", False), item.get("adds_up", spec.kind is FieldKind.QUANTITY)
    if not isinstance(at_most, bool) or not isinstance(adds_up, bool):
        raise RuleInvalid("at_most and adds_up are true or false")
    other = _spec(specs, item["to"]) if "to" in item else spec
    return Compared(spec, other, tolerance_of(item.get("tolerance")), at_most, adds_up)


def _spec(specs: Mapping[str, FieldSpec], path: JsonValue) -> FieldSpec:
    found = specs.get(path) if isinstance(path, str) else None
    if found is None:
        raise RuleInvalid(f"the output schema names no {path if isinstance(path, str) else 'such field'}")
    return found
