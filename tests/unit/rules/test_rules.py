from collections.abc import Mapping
from typing import Any

import pytest
from docflow.adapters.schemas.rust import found_in_text
from docflow.domain.evidence import Values
from docflow.domain.outcomes import Finding
from docflow.domain.rules import RuleInvalid, check_rules, parsed
from docflow.domain.stages import Severity
from hypothesis import given, settings
from hypothesis import strategies as st

LINES = (
    {"line_total": "10.10", "quantity": "1"},
    {"line_total": "20.20", "quantity": "2"},
    {"line_total": "69.70", "quantity": None},
)


def check(rule: Mapping[str, Any], fields: Mapping[str, Any], lines: Any = ()) -> tuple[Finding, ...]:
    return check_rules([rule], Values(fields, {"line_items": lines}), found_in_text)


def codes(rule: Mapping[str, Any], fields: Mapping[str, Any], lines: Any = ()) -> list[str]:
    return [finding.code for finding in check(rule, fields, lines)]


HOLDS = [
    ({"field": "a", "rule": "date_before", "compare_to": "b"}, {"a": "2026-01-31", "b": "2026-02-01"}),
    ({"field": "a", "rule": "date_after", "compare_to": "b"}, {"a": "2026-02-01", "b": "2026-01-31"}),
    ({"field": "a", "rule": "date_after", "value": "2020-01-01"}, {"a": "2026-02-01T10:00:00Z"}),
    ({"field": "a", "rule": "less_than", "compare_to": "b"}, {"a": "9.99", "b": "10"}),
    ({"field": "a", "rule": "less_than_or_equal", "compare_to": "b"}, {"a": "10.00", "b": 10}),
    ({"field": "a", "rule": "greater_than", "value": 0}, {"a": "0.01"}),
    ({"field": "a", "rule": "greater_than_or_equal", "value": "0"}, {"a": 0}),
    ({"field": "a", "rule": "equals", "compare_to": "b"}, {"a": "1.50", "b": 1.5}),
    ({"field": "a", "rule": "equals", "value": "EUR"}, {"a": "EUR"}),
    ({"field": "a", "rule": "not_equals", "compare_to": "b"}, {"a": "x", "b": "y"}),
    ({"field": "a", "rule": "required"}, {"a": "0"}),
    ({"field": "a", "rule": "required_if", "compare_to": "b"}, {"a": None, "b": None}),
    ({"field": "a", "rule": "required_if", "compare_to": "b", "value": "x"}, {"a": None, "b": "y"}),
    (
        {"field": "a", "rule": "sum_equals", "compare_to": ["b", "c"]},
        {"a": "119.00", "b": "100", "c": "19.0"},
    ),
    ({"field": "a", "rule": "tolerance", "compare_to": "b", "value": "0.02"}, {"a": "10.02", "b": "10"}),
    ({"field": "a", "rule": "in_list", "value": ["EUR", "USD"]}, {"a": "USD"}),
    ({"field": "a", "rule": "regex", "value": "^INV-\\d+$"}, {"a": "INV-17"}),
    ({"field": "a.b.c", "rule": "equals", "value": 1}, {"a.b.c": "1"}),
]
FAILS = [
    ({"field": "a", "rule": "date_before", "compare_to": "b"}, {"a": "2026-02-01", "b": "2026-02-01"}),
    ({"field": "a", "rule": "date_after", "compare_to": "b"}, {"a": "2026-01-30", "b": "2026-01-31"}),
    ({"field": "a", "rule": "date_after", "compare_to": "b"}, {"a": "soon", "b": "2026-01-31"}),
    ({"field": "a", "rule": "less_than", "compare_to": "b"}, {"a": "10", "b": "10.0"}),
    ({"field": "a", "rule": "less_than_or_equal", "compare_to": "b"}, {"a": "10.01", "b": "10"}),
    ({"field": "a", "rule": "greater_than", "value": 0}, {"a": "0.00"}),
    ({"field": "a", "rule": "greater_than", "value": 0}, {"a": "many"}),
    ({"field": "a", "rule": "greater_than_or_equal", "value": "0"}, {"a": "-0.01"}),
    ({"field": "a", "rule": "equals", "compare_to": "b"}, {"a": "0.3", "b": "0.30000000000000004"}),
    ({"field": "a", "rule": "equals", "compare_to": "b"}, {"a": "007", "b": "7"}),
    ({"field": "a", "rule": "equals", "compare_to": "b"}, {"a": "1E3", "b": "1000"}),
    ({"field": "a", "rule": "equals", "compare_to": "b"}, {"a": "1_000", "b": "1000"}),
    ({"field": "a", "rule": "equals", "compare_to": "b"}, {"a": f"{'1' * 29}1", "b": f"{'1' * 29}2"}),
    ({"field": "a", "rule": "not_equals", "compare_to": "b"}, {"a": "1.0", "b": "1"}),
    ({"field": "a", "rule": "required"}, {"a": None}),
    ({"field": "a", "rule": "required"}, {"a": "  "}),
    ({"field": "a", "rule": "required"}, {}),
    ({"field": "line_items[].x", "rule": "required"}, {}),
    ({"field": "a", "rule": "required_if", "compare_to": "b"}, {"a": None, "b": "x"}),
    ({"field": "a", "rule": "required_if", "compare_to": "b", "value": "x"}, {"a": None, "b": "x"}),
    ({"field": "a", "rule": "sum_equals", "compare_to": ["b", "c"]}, {"a": "119.01", "b": "100", "c": "19"}),
    ({"field": "a", "rule": "tolerance", "compare_to": "b", "value": "0.02"}, {"a": "10.03", "b": "10"}),
    ({"field": "a", "rule": "in_list", "value": ["EUR"]}, {"a": "USD"}),
    ({"field": "a", "rule": "regex", "value": "^INV-\\d+$"}, {"a": "17"}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "fields"), HOLDS)
def test_a_rule_that_holds_finds_nothing(rule: dict[str, Any], fields: dict[str, Any]) -> None:
    assert check(rule, fields) == ()


@pytest.mark.parametrize(("rule", "fields"), FAILS)
def test_a_rule_that_fails_is_found_under_its_name(rule: dict[str, Any], fields: dict[str, Any]) -> None:
    assert codes(rule, fields) == [rule["rule"]]


RULES = sorted({rule["rule"] for rule, _ in HOLDS})


def test_every_rule_is_tried_both_ways() -> None:
    with pytest.raises(RuleInvalid, match="must be one of") as refused:
        parsed({"field": "a", "rule": "greater_then", "value": 0})
    known = str(refused.value).rpartition("one of ")[2].split(", ")
    assert RULES == sorted({rule["rule"] for rule, _ in FAILS}) == sorted(known)


@pytest.mark.parametrize("rule", [rule for rule, _ in HOLDS if not rule["rule"].startswith("required")])
def test_missing_values_make_a_rule_inapplicable(rule: dict[str, Any]) -> None:
    assert check(rule, {}) == ()


@pytest.mark.parametrize(
    "rule",
    [
        {"field": "a", "rule": "looks_nice"},
        {"field": "a", "rule": ["equals"], "value": 1},
        {"field": "", "rule": "required"},
        {"rule": "required"},
        {"field": "a", "rule": "equals"},
        {"field": "a", "rule": "required", "severity": "fatal"},
        {"field": "a", "rule": "in_list", "value": "EUR"},
        {"field": "a", "rule": "regex", "value": ""},
        {"field": "a", "rule": "regex", "value": "x" * 501},
        {"field": "a", "rule": "less_than", "compare_to": ["b", "c"]},
        {"field": "a", "rule": "less_than", "compare_to": [1]},
        {"field": "a", "rule": "sum_equals", "value": "1"},
        {"field": "a", "rule": "tolerance", "compare_to": "b", "value": "-1"},
        {"field": "a", "rule": "tolerance", "compare_to": "b", "value": [1]},
    ],
)
def test_a_rule_that_cannot_be_used_is_told_before_and_found_after(rule: dict[str, Any]) -> None:
    with pytest.raises(RuleInvalid):
        parsed(rule)
    assert [(f.code, f.severity) for f in check(rule, {"a": "1"})] == [("rule_invalid", Severity.ERROR)]


@pytest.mark.parametrize("pattern", ["(", "(?=a)b", "(a)\\1"])
def test_a_pattern_that_cannot_run_in_linear_time_is_invalid(pattern: str) -> None:
    assert codes({"field": "a", "rule": "regex", "value": pattern}, {"a": "aa"}) == ["rule_invalid"]


def test_a_pattern_with_nested_repeats_ends() -> None:
    assert codes({"field": "a", "rule": "regex", "value": "^(a+)+$"}, {"a": "a" * 9_000 + "b"}) == ["regex"]


def test_a_text_too_long_to_search_does_not_match() -> None:
    assert codes({"field": "a", "rule": "regex", "value": "a"}, {"a": "a" * 10_001}) == ["regex"]


def test_a_number_rule_with_a_word_as_its_value_is_invalid() -> None:
    assert codes({"field": "a", "rule": "less_than", "value": "x"}, {"a": "1"}) == ["rule_invalid"]


def test_a_column_is_tested_row_by_row_and_names_its_rows() -> None:
    (finding,) = check({"field": "line_items[].line_total", "rule": "less_than", "value": 20}, {}, LINES)
    assert finding.message == ("line_items[].line_total is not less than 20 (row 2, 3)")


@pytest.mark.parametrize(
    ("rule", "value", "told"),
    [
        ("greater_than", "1000.00", "a is not greater than 1000.00"),
        ("date_before", "2026-01-31", "a is not before 2026-01-31"),
        ("equals", "secret", "a differs from the value of the rule"),
        ("not_equals", "7", "a is the same as the value of the rule"),
        ("greater_than", "1" * 29 + "." + "0" * 50, "a is not greater than the value of the rule"),
    ],
)
def test_a_limit_is_named_and_what_would_tell_the_value_is_not(rule: str, value: str, told: str) -> None:
    read = "2026-02-01" if rule.startswith("date") else "7"
    (finding,) = check({"field": "a", "rule": rule, "value": value}, {"a": read})
    assert finding.message == told


def test_columns_of_one_table_are_compared_within_each_row() -> None:
    rule = {"field": "line_items[].quantity", "rule": "less_than", "compare_to": "line_items[].line_total"}
    assert check(rule, {}, LINES) == ()


def test_every_row_beyond_the_tolerance_is_named() -> None:
    rule = {"field": "line_items[].line_total", "rule": "tolerance", "compare_to": "line_items[].quantity"}
    (finding,) = check(rule, {}, [{"line_total": "2", "quantity": each} for each in "1213"])
    assert finding.message == "line_items[].line_total differs from line_items[].quantity (row 1, 3, 4)"


def test_columns_of_two_tables_cannot_be_compared() -> None:
    rule = {"field": "line_items[].quantity", "rule": "less_than", "compare_to": "taxes[].rate"}
    assert codes(rule, {}, LINES) == ["rule_invalid"]


def test_a_column_sums_to_a_field() -> None:
    rule = {"field": "line_items[].line_total", "rule": "sum_equals", "compare_to": "net_total"}
    assert check(rule, {"net_total": "100.00"}, LINES) == ()
    assert codes(rule, {"net_total": "100.01"}, LINES) == ["sum_equals"]


def test_a_sum_with_a_missing_part_is_not_compared() -> None:
    rule = {"field": "line_items[].quantity", "rule": "sum_equals", "compare_to": "count"}
    assert check(rule, {"count": "99"}, LINES) == ()


def test_the_severity_of_a_rule_is_that_of_its_finding() -> None:
    (finding,) = check({"field": "a", "rule": "required", "severity": "warning"}, {})
    assert finding.severity is Severity.WARNING


@settings(deadline=None)
@given(
    name=st.sampled_from(RULES),
    secret=st.text(alphabet="XYZ", min_size=6, max_size=9),
    other=st.text(alphabet="QWV", min_size=6, max_size=9),
)
def test_a_finding_never_holds_a_value(name: str, secret: str, other: str) -> None:
    rule = {"field": "a", "rule": name, "compare_to": "b", "value": ["EUR"] if name == "in_list" else "^1$"}
    for finding in check(rule, {"a": secret, "b": other}):
        assert secret not in finding.message
        assert other not in finding.message


@settings(deadline=None)
@given(a=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_sum_of_cents_is_exact(a: Any) -> None:
    rule = {"field": "gross", "rule": "sum_equals", "compare_to": ["net", "tax"]}
    values = {"gross": str(a + a), "net": str(a), "tax": str(a)}
    assert check(rule, values) == ()


ODD = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5), st.just({"a": 1}), st.just([[]]),
    st.sampled_from(["a", "b", "line_items[].quantity", "line_items[].line_total", "taxes[].rate", "2026-01-01"]),
    st.lists(st.sampled_from(["a", "b", "line_items[].quantity"]), max_size=3),
)  # fmt: skip
FIELDS = st.sampled_from(["a", "b", "line_items[].quantity", "line_items[].line_total", "x[]", "[]."])


@settings(deadline=None, max_examples=200)
@given(
    rule=st.fixed_dictionaries(
        {"field": FIELDS, "rule": st.sampled_from(RULES)},
        optional={"compare_to": ODD, "value": ODD, "severity": st.one_of(ODD, st.just("info"))},
    ),
    a=st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
)
def test_no_rule_and_no_value_can_break_the_check(rule: dict[str, Any], a: Any) -> None:
    check(rule, {"a": a, "b": "7"}, LINES)


@pytest.mark.parametrize("rule", ["required", None, 7, []])
def test_a_rule_that_is_no_object_is_invalid(rule: Any) -> None:
    assert codes(rule, {}) == ["rule_invalid"]
