from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from docflow.domain.evidence import values_of
from docflow.domain.facts import About, known_of
from docflow.domain.outcomes import Finding
from docflow.domain.rule_list import Checked, findings_of, problem_of
from docflow.domain.stages import Severity
from docflow.testing.jobs import read_field

MONEY = {"type": ["string", "null"], "x-kind": "money"}
SCHEMA = {
    "type": "object",
    "properties": {
        "order_number": {"type": "string", "x-kind": "id"},
        "currency": {"type": "string", "x-kind": "currency"},
        "employee_name": {"type": "string", "x-kind": "party"},
        "iban": {"type": "string", "x-kind": "iban"},
        "base_salary": MONEY,
        "total": MONEY,
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "article_number": {"type": "string", "x-kind": "id"},
                    "description": {"type": "string"},
                    "quantity": {"type": "string", "x-kind": "quantity"},
                    "unit_price": MONEY,
                },
            },
        },
    },
}
ORDER: dict[str, Any] = {
    "rule": "match",
    "with": "purchase_order",
    "on": "order_number",
    "compare": ["currency", {"field": "total", "tolerance": "0.01", "at_most": True}],
    "lines": {
        "table": "line_items",
        "key": ["article_number", "description"],
        "compare": [{"column": "quantity", "at_most": True}, {"column": "unit_price", "tolerance": "2%"}],
    },
}
NOTE: dict[str, Any] = {
    "rule": "match",
    "with": "delivery_note",
    "lines": {"table": "line_items", "key": "article_number", "compare": ["quantity"]},
}
LINES = [("A-1", "Bolts", "10", "2.00"), ("A-2", "Nuts", "5", "1.00")]


def document(name: str, lines: Sequence[tuple[Any, ...]] = (), **fields: Any) -> dict[str, Any]:
    columns = ("article_number", "description", "quantity", "unit_price")
    return {
        "document_id": name,
        "fields": {key: read_field(value, page=2) for key, value in fields.items()},
        "tables": {
            "line_items": [
                {column: read_field(value, page=3) for column, value in zip(columns, line, strict=True)}
                for line in lines
            ]
        },
    }


def invoice(lines: Sequence[tuple[Any, ...]] = LINES, **fields: Any) -> dict[str, Any]:
    return document(
        "invoice", lines, **{"order_number": "PO 77", "currency": "EUR", "total": "25.00", **fields}
    )


def order(lines: Sequence[tuple[Any, ...]] = LINES, **fields: Any) -> dict[str, Any]:
    return document(
        "order", lines, **{"order_number": "po-77", "currency": "EUR", "total": "25.00", **fields}
    )


def found(
    rule: Mapping[str, Any], own: dict[str, Any], *others: tuple[str, dict[str, Any]]
) -> tuple[Finding, ...]:
    documents = [own, *(other for _, other in others)]
    extraction = {**{part: own[part] for part in ("fields", "tables")}, "documents": documents}
    types = {other["document_id"]: f"acme-corp.{kind}" for kind, other in others}
    about = About(extraction, process_type_id="acme-corp.invoice", types=types)
    return findings_of([rule], Checked(SCHEMA, values_of(extraction), about, lambda p, t: True))


def told(findings: Sequence[Finding]) -> list[tuple[str, str | None]]:
    return [(one.code, one.field) for one in findings]


def test_an_invoice_as_ordered_is_fine() -> None:
    assert found(ORDER, invoice(), ("purchase_order", order())) == ()


def test_less_than_ordered_is_fine() -> None:
    part = invoice([("a1", "Bolts", "4", "2.03")], total="8.12")
    assert found(ORDER, part, ("purchase_order", order())) == ()


def test_a_difference_names_both_documents_and_no_value() -> None:
    (one,) = found({**ORDER, "severity": "warning"}, invoice(total="26.00"), ("purchase_order", order()))
    assert (one.code, one.severity, one.field) == ("match_differs", Severity.WARNING, "total")
    assert one.message == "total (document 1, page 2) is above total of purchase_order (document 2, page 2)"
    assert one.places == (
        {"document_id": "invoice", "page": 2, "field": "total"},
        {"document_id": "order", "page": 2, "field": "total"},
    )


def test_lines_are_found_by_their_number_else_by_their_words() -> None:
    ordered = order([("A1", "x", "10", "2.00"), (None, "nuts, small", "5", "1.00")])
    asked = invoice([("A-1", "Bolts", "11", "2.00"), (None, "Small Nuts", "5", "1.03")])
    assert told(found(ORDER, asked, ("purchase_order", ordered))) == [
        ("match_differs", "line_items[].quantity"),
        ("match_differs", "line_items[].unit_price"),
    ]


def test_a_line_that_was_never_ordered_is_found() -> None:
    asked = invoice([*LINES, ("A-9", "Screws", "1", "0.00"), (None, None, "1", "0.00")])
    (one,) = found(ORDER, asked, ("purchase_order", order()))
    assert (one.code, one.field) == ("match_line_missing", "line_items[]")
    assert one.message.endswith("(row 3, 4)")
    assert [place["row"] for place in one.places] == [3, 4]


def test_quantities_of_several_delivery_notes_add_up() -> None:
    first = {**document("n1", [("A-1", "", "6", None), ("A-2", "", "5", None)])}
    second = document("n2", [("A-1", "", "4", None)])
    assert found(NOTE, invoice(), ("delivery_note", first), ("delivery_note", second)) == ()
    assert told(found(NOTE, invoice(), ("delivery_note", first))) == [
        ("match_differs", "line_items[].quantity")
    ]


def test_lines_of_one_article_add_up_too() -> None:
    asked = invoice([("A-1", "", "6", "2.00"), ("A-1", "", "6", "2.00"), ("A-2", "", "5", "1.00")])
    (one,) = found(NOTE, asked, ("delivery_note", document("n", LINES)))
    assert "(row 1, 2)" in one.message


@pytest.mark.parametrize(
    ("others", "told_as"),
    [
        ([], "no purchase_order is there"),
        ([("purchase_order", order(order_number="78"))], "no purchase_order has the same order_number"),
        ([("delivery_note", order())], "no purchase_order is there"),
        (
            [("purchase_order", {"document_id": "order", "error": {"code": "file_corrupt"}})],
            "no purchase_order is there",
        ),
    ],
)
def test_a_missing_document_is_found_where_it_is_required(others: list[Any], told_as: str) -> None:
    (one,) = found(ORDER, invoice(), *others)
    assert (one.code, one.field, one.message) == ("match_missing", "order_number", told_as)
    assert found({**ORDER, "required": False}, invoice(), *others) == ()


def test_a_payslip_is_compared_with_its_contract() -> None:
    rule = {"rule": "match", "with": "contract", "compare": ["base_salary", "iban", "employee_name"]}
    same = {"base_salary": "3000.00", "iban": "DE02120300000000202051", "employee_name": "Müller, Anna"}
    payslip = document("payslip", **{**same, "base_salary": "3000", "employee_name": "ANNA MÜLLER"})
    assert found(rule, payslip, ("contract", document("contract", **same))) == ()
    other = document(
        "payslip", base_salary="3100.00", iban="DE89370400440532013000", employee_name="Anna Muster"
    )
    assert told(found(rule, other, ("contract", document("contract", **same)))) == [
        ("match_differs", "base_salary"),
        ("match_differs", "iban"),
        ("match_differs", "employee_name"),
    ]


def test_what_was_not_read_is_not_compared() -> None:
    assert found(ORDER, invoice(currency=None), ("purchase_order", order(total=None))) == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"with": None}, "names the type"),
        ({"compare": None, "lines": None}, "needs compare or lines"),
        ({"compare": ["unknown"]}, "names no unknown"),
        ({"compare": [{"field": "total", "tolerance": "-1"}]}, "a tolerance is"),
        ({"compare": [{"field": "total", "tolerance": "some"}]}, "a tolerance is"),
        ({"compare": "total"}, "compare is a list"),
        ({"on": "unknown"}, "names no unknown"),
        ({"on": 3}, "on names fields"),
        ({"required": "yes"}, "required is true or false"),
        ({"lines": {"table": "other", "key": "x"}}, "no such table"),
        ({"lines": {"table": "line_items"}}, "lines need a key"),
        ({"lines": {"table": "line_items", "key": "total"}}, "names no total"),
        ({"lines": []}, "lines are an object"),
    ],
)
def test_what_publishing_refuses(change: Mapping[str, Any], problem: str) -> None:
    said = problem_of({**ORDER, **change}, known_of(SCHEMA), lambda p, t: True)
    assert said is not None
    assert problem in said
