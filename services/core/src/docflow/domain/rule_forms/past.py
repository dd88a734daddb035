"""Rules about the client's other processes.

    {"field": "invoice_number", "rule": "unique_in_client", "same": "seller_vat_id", "severity": "error"}
    {"field": "iban", "rule": "as_before", "same": "seller_vat_id"}
    {"field": "line_items[].unit_price", "rule": "as_before", "same": "seller_vat_id",
     "key": "line_items[].article_number", "tolerance": "5%"}

`same` names the fields that say which other processes are meant; `as_before` needs some. What it looks at are the
latest completed processes: a field must have a value it had in one of them, a row that of the latest row of its key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docflow.domain.evidence import Values, is_column, present, table_of
from docflow.domain.json_types import JsonObject, JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.output_schema import FieldSpec, OutputShape
from docflow.domain.ports.past import Asked, Earlier
from docflow.domain.rule_forms.likeness import Tolerance, alike, key_of, tolerance_of
from docflow.domain.rules import RuleInvalid, paths_of, rows_told, severity_of
from docflow.domain.stages import Severity

UNIQUE = "unique_in_client"
AS_BEFORE = "as_before"
NAMES = frozenset({UNIQUE, AS_BEFORE})
LOOKED_AT = 20
"""Completed processes that `as_before` looks at."""


@dataclass(frozen=True, slots=True)
class PastRule:
    name: str
    spec: FieldSpec
    field: str
    same: tuple[str, ...]
    key: FieldSpec | None
    tolerance: Tolerance
    severity: Severity

    @property
    def table(self) -> str | None:
        return table_of(self.field)

    def question(self, values: Values) -> Asked | None:
        """None where a value it needs was not read: then it says nothing."""
        paths = (self.field, *self.same) if self.name == UNIQUE else self.same
        given = [(path, values.one(path)) for path in paths]
        if any(value is None for _, value in given):
            return None
        same = tuple((path, _as_stored(value)) for path, value in given)
        if self.name == UNIQUE:
            return Asked(same)
        if self.key is None:
            return Asked(same, completed=True, field=self.field, limit=LOOKED_AT)
        columns = (self.key.path, self.spec.path)
        return Asked(same, completed=True, table=self.table, columns=columns, limit=LOOKED_AT)

    def finding(self, values: Values, earlier: Sequence[Earlier]) -> Finding | None:
        if not earlier:
            return None
        if self.name == UNIQUE:
            return self._found("is the same in another process", earlier[:1])
        return self._of_rows(values, earlier) if self.table else self._of_field(values, earlier)

    def _of_field(self, values: Values, earlier: Sequence[Earlier]) -> Finding | None:
        answers = [
            alike(self.spec, values.one(self.field), (one.field or {}).get("value"), self.tolerance)
            for one in earlier
        ]
        if True in answers or False not in answers:
            return None
        return self._found(f"differs from all earlier ones with the same {', '.join(self.same)}", earlier[:1])

    def _of_rows(self, values: Values, earlier: Sequence[Earlier]) -> Finding | None:
        known = self._latest(earlier)
        wrong: dict[int, Earlier] = {}
        for number, row in enumerate(values.tables.get(self.table or "", ()), start=1):
            before = known.get(self._key(row))
            if before and alike(self.spec, row.get(self.spec.path), before[0], self.tolerance) is False:
                wrong[number] = before[1]
        if not wrong:
            return None
        seen = tuple({one.process_id: one for one in wrong.values()}.values())
        return self._found(f"differs from the earlier one{rows_told(tuple(wrong))}", seen)

    def _latest(self, earlier: Sequence[Earlier]) -> Mapping[str | None, tuple[JsonScalar, Earlier]]:
        known: dict[str | None, tuple[JsonScalar, Earlier]] = {}
        for one in earlier:
            for row in one.rows:
                cells = {path: (cell or {}).get("value") for path, cell in row.items()}
                key, value = self._key(cells), present(cells.get(self.spec.path))
                if key is not None and value is not None:
                    known.setdefault(key, (value, one))
        return known

    def _key(self, row: Mapping[str, JsonScalar]) -> str | None:
        return key_of(self.key, row.get(self.key.path)) if self.key else None

    def _found(self, told: str, where: Sequence[Earlier]) -> Finding:
        places = tuple({"process_id": str(one.process_id), "field": self.field} for one in where)
        return Finding(self.name, self.severity, self.field, f"{self.field} {told}", places)


def parsed(given: JsonObject, shape: OutputShape) -> PastRule:
    """Raises RuleInvalid."""
    name, field, key = str(given.get("rule")), given.get("field"), given.get("key")
    if not isinstance(field, str) or not field:
        raise RuleInvalid("a rule names no field")
    same = paths_of(given.get("same"), "same")
    for path in same:
        _spec(shape, path)
        if is_column(path):
            raise RuleInvalid("same names fields, no columns")
    if name == UNIQUE and is_column(field):
        raise RuleInvalid(f"{field}: {UNIQUE} takes a field, no column")
    if name == AS_BEFORE and not same:
        raise RuleInvalid(f"{field}: {AS_BEFORE} needs same")
    if is_column(field) is not (key is not None):
        raise RuleInvalid(f"{field}: a key is needed for a column, and for nothing else")
    if key is not None and (not isinstance(key, str) or table_of(key) != table_of(field)):
        raise RuleInvalid(f"{field}: the key is a column of the same table")
    return PastRule(
        name,
        _spec(shape, field),
        field,
        same,
        _spec(shape, key) if key else None,
        tolerance_of(given.get("tolerance")),
        severity_of(given),
    )


def _spec(shape: OutputShape, path: str) -> FieldSpec:
    found = shape.field(path)
    for table in shape.tables:
        found = found or next((c for c in table.columns if f"{table.path}[].{c.path}" == path), None)
    if found is None:
        raise RuleInvalid(f"the output schema names no {path}")
    return found


def _as_stored(value: JsonScalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
