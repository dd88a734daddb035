"""Whatever a client stores as a rule is either refused with words or can be checked over whatever was read."""

from typing import Any

from docflow.domain.evidence import values_of
from docflow.domain.facts import About, known_of
from docflow.domain.rule_list import Checked, findings_of, problem_of, questions_of
from docflow.domain.stages import Severity
from docflow.testing.jobs import read_field
from hypothesis import given, settings
from hypothesis import strategies as st

SCHEMA = {
    "type": "object",
    "properties": {
        "total": {"type": "string", "x-kind": "money"},
        "due": {"type": ["string", "null"], "x-kind": "date"},
        "paid": {"type": "boolean"},
        "name": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"price": {"type": "string", "x-kind": "money"}}},
        },
    },
}
NAMES = ("expression", "match", "unique_in_client", "as_before", "required", "equals", "less_than", "regex", "in_list",
         "sum_equals", "tolerance", "date_before", "required_if")  # fmt: skip
PATHS = ("total", "due", "paid", "name", "lines[].price", "lines", "unknown", "")
EXPRESSIONS = ("total > 1", "lines.all(l, l.price / total > 1)", "due < date('2026-01-01')", "paid && name == 'x'",
               "1 / 0 > 1", "sum(lines.map(l, l.price)) == total", "has(due) ? due > due : false", "x", "(", "")  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
PATH = st.sampled_from(PATHS)
RULES = st.fixed_dictionaries(
    {"rule": st.sampled_from(NAMES) | ANYTHING},
    optional={
        "field": PATH | ANYTHING,
        "compare_to": PATH | st.lists(PATH, max_size=2) | ANYTHING,
        "value": ANYTHING,
        "expr": st.sampled_from(EXPRESSIONS) | ANYTHING,
        "severity": st.sampled_from([*Severity, "fatal"]) | ANYTHING,
        "same": PATH | ANYTHING,
        "key": PATH | ANYTHING,
        "with": st.just("order") | ANYTHING,
        "on": PATH | ANYTHING,
        "compare": st.lists(PATH | st.fixed_dictionaries({"field": PATH, "tolerance": ANYTHING}), max_size=3)
        | ANYTHING,
        "lines": st.fixed_dictionaries({"table": PATH, "key": PATH, "compare": ANYTHING}) | ANYTHING,
        "tolerance": ANYTHING,
        "message": ANYTHING,
        "required": ANYTHING,
    },
)
CELL = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=6)
    | st.sampled_from(["1.00", "0", "2026-11-30"])
)


def match(pattern: str, text: str) -> bool:
    if "(" in pattern:
        raise ValueError
    return pattern in text


@st.composite
def extractions(draw: st.DrawFn) -> dict[str, Any]:
    fields = {
        name: read_field(draw(CELL)) for name in ("total", "due", "paid", "name") if draw(st.booleans())
    }
    lines = [{"price": read_field(value)} for value in draw(st.lists(CELL, max_size=4))]
    other = {"document_id": "o", "fields": {"total": read_field(draw(CELL))}, "tables": {"lines": lines[:2]}}
    own = {"document_id": "i", "fields": fields, "tables": {"lines": lines}}
    return {"fields": fields, "tables": {"lines": lines}, "documents": [own, other]}


@settings(max_examples=300, deadline=None)
@given(RULES | ANYTHING, extractions())
def test_a_rule_is_refused_or_can_be_checked(rule: Any, extraction: dict[str, Any]) -> None:
    problem, values = problem_of(rule, known_of(SCHEMA), match), values_of(extraction)
    answers = dict.fromkeys(questions_of([rule], SCHEMA, values), ())
    about = About(extraction, process_type_id="invoice", types={"o": "order"})
    findings = findings_of([rule], Checked(SCHEMA, values, about, match, answers))
    if problem is not None and not any("output schema" in told.message for told in findings):
        # A plain rule over an unknown field finds nothing to compare; all else says that it is wrong.
        assert problem.startswith("the output schema") or [one.code for one in findings] == ["rule_invalid"]
    for one in findings:
        assert one.message
        assert isinstance(one.severity, Severity)
    assert findings == findings_of([rule], Checked(SCHEMA, values, about, match, answers))
