"""A configuration's validation rules in their plain form.

`{"field", "rule", "compare_to" | "value", "severity"}`: paths are dotted, `line_items[].line_total` is a column and
is tested row by row. A missing value makes a rule inapplicable, but for `required` and `required_if`. Numbers are
compared as decimals, dates as ISO days. A finding names fields and rows and never holds a value.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from docflow.domain.comparing import DAY, NUMBER, PLAIN, Kind, as_plain, number
from docflow.domain.evidence import Values, is_column, present, table_of
from docflow.domain.expressions.arithmetic import MAX_TEXT
from docflow.domain.expressions.functions import MAX_PATTERN, Match
from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue
from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity

_ROWS_NAMED = 5
_LONGEST_LIMIT = 40

T = TypeVar("T")


class RuleInvalid(ValueError):
    """The rule itself is wrong; the message says how."""


@dataclass(frozen=True, slots=True)
class Rule:
    field: str
    name: str
    severity: Severity
    compare_to: tuple[str, ...] = ()
    value: JsonValue = None
    has_value: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rows` are the 1-based rows of a column that failed; `wrong` says what does not hold."""

    wrong: str
    rows: tuple[int, ...] = ()


Test = Callable[[Rule, Values, Match], Verdict | None]


def check_rules(rules: Sequence[JsonObject], values: Values, match: Match) -> tuple[Finding, ...]:
    """One finding for each rule that does not hold; its code is the rule's name, or `rule_invalid`."""
    return tuple(finding for rule in rules if (finding := _checked(rule, values, match)))


def parsed(given: JsonObject) -> Rule:
    """Raises RuleInvalid."""
    if not isinstance(given, Mapping):
        raise RuleInvalid("a rule is an object")
    field, name = given.get("field"), given.get("rule")
    if not isinstance(field, str) or not field:
        raise RuleInvalid("a rule names no field")
    if not isinstance(name, str) or name not in _TESTS:
        raise RuleInvalid(f"{field}: the rule must be one of {', '.join(_TESTS)}")
    rule = Rule(
        field,
        name,
        severity_of(given),
        paths_of(given.get("compare_to")),
        given.get("value"),
        "value" in given,
    )
    _refuse_unfit(rule)
    return rule


def _checked(given: JsonObject, values: Values, match: Match) -> Finding | None:
    try:
        rule = parsed(given)
        verdict = _TESTS[rule.name](rule, values, match)
    except RuleInvalid as error:
        field = given.get("field") if isinstance(given, Mapping) else None
        return Finding("rule_invalid", Severity.ERROR, field if isinstance(field, str) else None, str(error))
    if verdict is None:
        return None
    return Finding(
        rule.name, rule.severity, rule.field, f"{rule.field} {verdict.wrong}{rows_told(verdict.rows)}"
    )


def rows_told(rows: tuple[int, ...]) -> str:
    if not rows:
        return ""
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED])
    more = f" and {len(rows) - _ROWS_NAMED} more" if len(rows) > _ROWS_NAMED else ""
    return f" (row {named}{more})"


def severity_of(given: JsonObject) -> Severity:
    """Error where none is given. Raises RuleInvalid."""
    try:
        return Severity(given.get("severity", Severity.ERROR))
    except ValueError as error:
        raise RuleInvalid("a severity is info, warning or error") from error


def paths_of(given: JsonValue, name: str = "compare_to") -> tuple[str, ...]:
    """A path or a list of paths, under the rule's key `name`. Raises RuleInvalid."""
    if given is not None and not isinstance(given, str | list | tuple):
        raise RuleInvalid(f"{name} names fields")
    paths = (given,) if isinstance(given, str) else tuple(given or ())
    if not all(isinstance(path, str) and path for path in paths):
        raise RuleInvalid(f"{name} names fields")
    return paths


# What a rule needs besides its field.
_NEEDS_FIELD = frozenset({"sum_equals", "required_if", "tolerance"})
_NEEDS_VALUE = frozenset({"regex", "in_list"})
_NEEDS_NOTHING = frozenset({"required"})


def _refuse_unfit(rule: Rule) -> None:
    if rule.name in _NEEDS_NOTHING:
        return
    if rule.name in _NEEDS_FIELD and not rule.compare_to:
        raise RuleInvalid(f"{rule.field}: {rule.name} needs compare_to")
    if rule.name in _NEEDS_VALUE and not rule.has_value:
        raise RuleInvalid(f"{rule.field}: {rule.name} needs a value")
    if not rule.compare_to and not rule.has_value:
        raise RuleInvalid(f"{rule.field}: {rule.name} needs compare_to or a value")
    if len(rule.compare_to) > 1 and rule.name != "sum_equals":
        raise RuleInvalid(f"{rule.field}: {rule.name} compares to one field")
    if rule.name == "in_list" and not isinstance(rule.value, list | tuple):
        raise RuleInvalid(f"{rule.field}: in_list needs a list")
    if rule.name == "regex" and not (isinstance(rule.value, str) and 0 < len(rule.value) <= MAX_PATTERN):
        raise RuleInvalid(f"{rule.field}: the pattern is empty, too long or no text")
    if rule.name in ("tolerance", "sum_equals"):
        _margin(rule)


def _pairs(rule: Rule, values: Values) -> Iterator[tuple[int, JsonScalar, JsonScalar]]:
    """(row, left, right); row 0 for a field. Columns of one table go row by row, a field beside a column repeats."""
    left = values.at(rule.field)
    if not rule.compare_to:
        right: tuple[JsonScalar, ...] = (_constant(rule),) * len(left)
    else:
        right = values.at(rule.compare_to[0])
        if table_of(rule.compare_to[0]) is None:
            right *= len(left)
        elif table_of(rule.compare_to[0]) != table_of(rule.field):
            raise RuleInvalid(f"{rule.field}: compare_to is a column of another table")
    first = 1 if is_column(rule.field) else 0
    yield from ((row, a, b) for row, (a, b) in enumerate(zip(left, right, strict=True), start=first))


def _constant(rule: Rule) -> JsonScalar:
    if isinstance(rule.value, str | int | float | bool) or rule.value is None:
        return rule.value
    raise RuleInvalid(f"{rule.field}: {rule.name} compares to one value")


def _against(rule: Rule, kind: Kind[T]) -> str:
    """A limit is named: it is the configuration's, and says of a value only on which side it lies. Equality would tell the value."""
    if rule.compare_to:
        return rule.compare_to[0]
    limit = None if kind is PLAIN else kind.read(_constant(rule))
    told = f"{limit:f}" if isinstance(limit, Decimal) else str(limit)
    return "the value of the rule" if limit is None or len(told) > _LONGEST_LIMIT else told


def _comparison(kind: Kind[T], holds: Callable[[T, T], bool], told: str) -> Test:
    def test(rule: Rule, values: Values, _: Match) -> Verdict | None:
        failed, unfit = [], []
        for row, left, right in _pairs(rule, values):
            if left is None or right is None:
                continue
            a, b = kind.read(left), kind.read(right)
            if b is None and not rule.compare_to:
                raise RuleInvalid(f"{rule.field}: the value of the rule is no {kind.name}")
            if a is None or b is None:
                unfit.append(row)
            elif not holds(a, b):
                failed.append(row)
        if unfit:
            return Verdict(f"or {_against(rule, kind)} is no {kind.name}", _named(unfit))
        return Verdict(f"{told} {_against(rule, kind)}", _named(failed)) if failed else None

    return test


def _named(rows: list[int]) -> tuple[int, ...]:
    return tuple(row for row in rows if row > 0)


def _required(rule: Rule, values: Values, _: Match) -> Verdict | None:
    found = values.at(rule.field)
    missing = [row for row, value in enumerate(found, start=1) if value is None]
    if not found or missing:
        return Verdict("is missing", tuple(missing) if is_column(rule.field) else ())
    return None


def _required_if(rule: Rule, values: Values, match: Match) -> Verdict | None:
    """Required when the other field is there, or, with a `value`, when it equals that."""
    others = [value for value in values.at(rule.compare_to[0]) if value is not None]
    if rule.has_value:
        others = [value for value in others if as_plain(value) == as_plain(_constant(rule))]
    if not others:
        return None
    missing = _required(rule, values, match)
    return Verdict(f"is missing, but {rule.compare_to[0]} asks for it", missing.rows) if missing else None


def _sum_equals(rule: Rule, values: Values, _: Match) -> Verdict | None:
    """The sum of the field (a column: of its rows) and the sum of `compare_to`, within `value` (0 if none)."""
    left = _total(rule.field, values)
    right = [_total(path, values) for path in rule.compare_to]
    if left is None or any(part is None for part in right):
        return None
    whole = sum((part for part in right if part is not None), Decimal(0))
    return Verdict(f"differs from {' + '.join(rule.compare_to)}") if _differs(rule, left, whole) else None


def _tolerance(rule: Rule, values: Values, _: Match) -> Verdict | None:
    pairs = [(row, number(left), number(right)) for row, left, right in _pairs(rule, values)]
    wrong = [row for row, a, b in pairs if a is not None and b is not None and _differs(rule, a, b)]
    return Verdict(f"differs from {rule.compare_to[0]}", _named(wrong)) if wrong else None


def _differs(rule: Rule, left: Decimal, right: Decimal) -> bool:
    return abs(left - right) > _margin(rule)


def _margin(rule: Rule) -> Decimal:
    if not rule.has_value:
        return Decimal(0)
    margin = number(_constant(rule))
    if margin is None or margin < 0:
        raise RuleInvalid(f"{rule.field}: the tolerance is no number from 0 up")
    return margin


def _total(path: str, values: Values) -> Decimal | None:
    """None when there is nothing to add or a part is missing or no number: then sums cannot be compared."""
    parts = [number(value) for value in values.at(path)]
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(parts) else None


def _in_list(rule: Rule, values: Values, _: Match) -> Verdict | None:
    allowed = {as_plain(value) for value in rule.value if present(value) is not None}
    found = values.at(rule.field)
    wrong = [row for row, v in enumerate(found, start=1) if v is not None and as_plain(v) not in allowed]
    return Verdict("is not in the list", tuple(wrong) if is_column(rule.field) else ()) if wrong else None


def _regex(rule: Rule, values: Values, match: Match) -> Verdict | None:
    wrong = []
    for row, value in enumerate(values.at(rule.field), start=1):
        if value is None:
            continue
        try:
            held = len(str(value)) <= MAX_TEXT and match(str(rule.value), str(value))
        except ValueError as error:
            raise RuleInvalid(f"{rule.field}: the pattern cannot be used") from error
        if not held:
            wrong.append(row)
    return Verdict("has another form", tuple(wrong) if is_column(rule.field) else ()) if wrong else None


_TESTS: Mapping[str, Test] = {
    "date_before": _comparison(DAY, lambda a, b: a < b, "is not before"),
    "date_after": _comparison(DAY, lambda a, b: a > b, "is not after"),
    "less_than": _comparison(NUMBER, lambda a, b: a < b, "is not less than"),
    "less_than_or_equal": _comparison(NUMBER, lambda a, b: a <= b, "is greater than"),
    "greater_than": _comparison(NUMBER, lambda a, b: a > b, "is not greater than"),
    "greater_than_or_equal": _comparison(NUMBER, lambda a, b: a >= b, "is less than"),
    "equals": _comparison(PLAIN, lambda a, b: a == b, "differs from"),
    "not_equals": _comparison(PLAIN, lambda a, b: a != b, "is the same as"),
    "required": _required,
    "required_if": _required_if,
    "sum_equals": _sum_equals,
    "tolerance": _tolerance,
    "in_list": _in_list,
    "regex": _regex,
}
