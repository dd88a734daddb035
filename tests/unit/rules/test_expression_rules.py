from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from docflow.domain.evidence import values_of
from docflow.domain.facts import About, known_of
from docflow.domain.outcomes import Finding
from docflow.domain.rule_list import Checked, findings_of, problem_of
from docflow.domain.stages import Severity
from docflow.testing.jobs import read_field

SCHEMA = {
    "type": "object",
    "properties": {
        "total_gross": {"type": "string", "x-kind": "money"},
        "total_net": {"type": ["string", "null"], "x-kind": "money"},
        "issue_date": {"type": "string", "format": "date"},
        "pages": {"type": "integer"},
        "signed": {"type": "boolean"},
        "seller": {"type": "object", "properties": {"name": {"type": "string"}}},
        "fraud": {"type": "string"},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "quantity": {"type": "string", "x-kind": "quantity"},
                    "line_total": {"type": "number"},
                },
            },
        },
    },
}


def read(**fields: Any) -> dict[str, Any]:
    given = {
        "total_gross": "119.00",
        "total_net": "100.10",
        "issue_date": "2026-11-30",
        "pages": 2,
        "signed": True,
        **fields,
    }
    rows = [{"quantity": read_field("2"), "line_total": read_field("0.10")}] * 3
    documents = [
        {"document_id": "a", "page_count": 2, "fields": {"total_gross": read_field("119.00")}},
        {"document_id": "b", "page_count": 1, "fields": {"total_gross": read_field("50.00")}},
    ]
    return {
        "fields": {name: read_field(value, 0.9) for name, value in given.items()},
        "tables": {"line_items": rows},
        "documents": documents,
    }


def findings(*rules: Mapping[str, Any], **fields: Any) -> tuple[Finding, ...]:
    extraction = read(**fields)
    about = About(
        extraction,
        {"fraud_score": 0.4, "fraud_detected": False},
        "acme.invoice",
        {"b": "acme.purchase_order"},
        0.87,
        date(2026, 12, 1),
    )
    return findings_of(
        rules, Checked(SCHEMA, values_of(extraction), about, lambda pattern, text: pattern in text)
    )


def expression(expr: str, **more: Any) -> dict[str, Any]:
    return {"rule": "expression", "expr": expr, **more}


@pytest.mark.parametrize(
    "expr",
    [
        "total_gross - total_net < 100.0",
        "total_gross - total_net == 18.9",
        "sum(line_items.map(line, line.line_total)) == 0.3",
        "line_items.all(line, line.quantity == 2)",
        "received_on - issue_date == 1",
        "pages == 2 && signed",
        "confidence.total_gross >= 0.9 && overall_confidence > 0.8",
        "fraud.score < 0.5 && !fraud.detected",
        "documents.exists(d, d.type == 'acme.purchase_order' && d.fields.total_gross == 50)",
        "documents.filter(d, d.type == process_type_id).all(d, d.page_count == 2)",
        "has(total_gross) && data.total_net == total_net",
        "seller.name == 'not read'",
    ],
)
def test_what_holds_or_cannot_be_said_finds_nothing(expr: str) -> None:
    assert findings(expression(expr)) == ()


def test_what_does_not_hold_is_found_with_its_author_s_words() -> None:
    rule = expression("total_net > 500", severity="warning", message="net is too low", field="total_net")
    assert findings(rule) == (Finding("expression", Severity.WARNING, "total_net", "net is too low"),)


def test_without_words_of_its_own_the_expression_is_shown() -> None:
    (found,) = findings(expression("total_net\n >  500"))
    assert (found.severity, found.field, found.message) == (
        Severity.ERROR,
        None,
        "does not hold: total_net > 500",
    )


def test_a_rule_that_divides_by_zero_says_so() -> None:
    (found,) = findings(expression("total_gross / (pages - 2) > 1", field="total_gross"))
    assert (found.code, found.severity, found.field) == ("rule_failed_to_run", Severity.ERROR, "total_gross")
    assert found.message.endswith("it divides by zero")


def test_a_value_of_another_kind_fits_nothing_and_is_not_told() -> None:
    (found,) = findings(expression("total_gross > 1", severity="info"), total_gross="much")
    assert (found.code, found.severity, "much" in found.message) == (
        "rule_failed_to_run",
        Severity.INFO,
        False,
    )


def test_rules_that_run_away_end_and_others_go_on() -> None:
    rows = [{"quantity": read_field("2"), "line_total": read_field("1")}] * 500
    extraction = {**read(), "tables": {"line_items": rows}}
    checked = Checked(SCHEMA, values_of(extraction), About(extraction), lambda pattern, text: True)
    away = expression("line_items.all(a, line_items.all(b, a.quantity + b.quantity > 1))", severity="warning")
    found = findings_of(
        [away, expression("total_gross > 500"), {"field": "total_net", "rule": "required"}], checked
    )
    assert [(one.code, one.severity) for one in found] == [
        ("rule_too_costly", Severity.WARNING),
        ("expression", Severity.ERROR),
    ]


def test_many_costly_rules_share_one_budget() -> None:
    rows = [{"quantity": read_field("2"), "line_total": read_field("1")}] * 90
    extraction = {**read(), "tables": {"line_items": rows}}
    checked = Checked(SCHEMA, values_of(extraction), About(extraction), lambda pattern, text: True)
    costly = expression("line_items.all(a, line_items.all(b, a.quantity + b.quantity > 1))")
    found = findings_of([costly] * 40, checked)
    assert 0 < len(found) < 40
    assert {one.code for one in found} == {"rule_too_costly"}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"rule": "expression"}, "needs expr"),
        (expression("total_gros > 1"), "total_gros, which is not known (at character 1)"),
        (expression("total_gross >"), "ends too early (at character 14)"),
        (expression("total_gross > issue_date"), "compares a number with a date (at character 15)"),
        (expression("total_gross - 1"), "gives a number, not yes or no"),
        (expression("confidence.total == 1"), "total, which is not known"),
        (expression("fraud == 'x'"), "a record with a text"),
        (expression("true", message="x" * 201), "at most 200"),
        (expression("true", field="unknown"), "the output schema names no unknown"),
        (expression("true", severity="fatal"), "a severity is"),
        (expression("x" * 1001), "longer than 1000"),
    ],
)
def test_what_publishing_refuses(rule: Mapping[str, Any], told: str) -> None:
    problem = problem_of(rule, known_of(SCHEMA), lambda pattern, text: True)
    assert problem is not None
    assert told in problem


def test_a_field_under_a_taken_name_is_found_in_data() -> None:
    assert findings(expression("data.fraud == 'no'"), fraud="no") == ()


def test_a_rule_that_was_never_checked_is_invalid_and_not_silent() -> None:
    (found,) = findings(expression("nothing > 1"))
    assert (found.code, found.severity) == ("rule_invalid", Severity.ERROR)
