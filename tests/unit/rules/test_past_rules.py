from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest
from docflow.domain.evidence import Values
from docflow.domain.facts import About, known_of
from docflow.domain.outcomes import Finding
from docflow.domain.ports.past import Asked, Earlier
from docflow.domain.rule_list import Checked, findings_of, problem_of, questions_of

SCHEMA = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "x-kind": "id"},
        "seller_vat_id": {"type": "string", "x-kind": "vat_id"},
        "iban": {"type": "string", "x-kind": "iban"},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "article_number": {"type": "string", "x-kind": "id"},
                    "unit_price": {"type": "string", "x-kind": "money"},
                },
            },
        },
    },
}
UNIQUE = {"field": "invoice_number", "rule": "unique_in_client", "same": "seller_vat_id"}
IBAN = {"field": "iban", "rule": "as_before", "same": "seller_vat_id"}
PRICE = {
    "field": "line_items[].unit_price",
    "rule": "as_before",
    "same": ["seller_vat_id"],
    "key": "line_items[].article_number",
    "tolerance": "5%",
    "severity": "warning",
}
VALUES = Values(
    {"invoice_number": "0815", "seller_vat_id": "DE1", "iban": "DE02 1203"},
    {
        "line_items": [
            {"article_number": "A-1", "unit_price": "2.00"},
            {"article_number": "A-2", "unit_price": "9.00"},
        ]
    },
)
OTHER = UUID(int=7)


def found(
    rule: Mapping[str, Any], earlier: Sequence[Earlier], values: Values = VALUES
) -> tuple[Finding, ...]:
    answers = dict.fromkeys(questions_of([rule], SCHEMA, values), earlier)
    return findings_of([rule], Checked(SCHEMA, values, About({}), lambda p, t: True, answers))


def with_prices(process: int, **prices: str) -> Earlier:
    rows = [
        {"article_number": {"value": name}, "unit_price": {"value": price}} for name, price in prices.items()
    ]
    return Earlier(UUID(int=process), rows=rows)


def test_what_is_asked() -> None:
    assert questions_of([UNIQUE, UNIQUE, IBAN, PRICE], SCHEMA, VALUES) == (
        Asked((("invoice_number", "0815"), ("seller_vat_id", "DE1"))),
        Asked((("seller_vat_id", "DE1"),), completed=True, field="iban", limit=20),
        Asked(
            (("seller_vat_id", "DE1"),),
            completed=True,
            table="line_items",
            columns=("article_number", "unit_price"),
            limit=20,
        ),
    )


def test_a_number_that_another_process_has_is_found_with_that_process() -> None:
    (one,) = found(UNIQUE, [Earlier(OTHER)])
    assert (one.code, one.field) == ("unique_in_client", "invoice_number")
    assert one.message == "invoice_number is the same in another process"
    assert one.places == ({"process_id": str(OTHER), "field": "invoice_number"},)


def test_without_another_process_nothing_is_found() -> None:
    assert [found(rule, []) for rule in (UNIQUE, IBAN, PRICE)] == [(), (), ()]


def test_nothing_is_asked_where_a_value_is_missing() -> None:
    assert questions_of([UNIQUE, IBAN, PRICE], SCHEMA, Values({"invoice_number": "1"})) == ()
    assert found(UNIQUE, [Earlier(OTHER)], Values({"invoice_number": "1"})) == ()


def test_a_known_account_is_fine_and_a_new_one_is_found() -> None:
    known, new = Earlier(OTHER, {"value": "DE021203"}), Earlier(UUID(int=8), {"value": "DE99"})
    assert found(IBAN, [new, known]) == ()
    assert [(one.code, one.field) for one in found(IBAN, [new])] == [("as_before", "iban")]
    assert found(IBAN, [Earlier(OTHER, None)]) == ()


def test_a_price_is_compared_with_the_latest_of_its_article() -> None:
    assert found(PRICE, [with_prices(1, A1="1.95"), with_prices(2, A1="9.00", A2="9.10")]) == ()
    (one,) = found(PRICE, [with_prices(1, A1="1.00"), with_prices(2, A1="2.00", A2="9.00")])
    assert one.message == "line_items[].unit_price differs from the earlier one (row 1)"
    assert one.places == ({"process_id": str(UUID(int=1)), "field": "line_items[].unit_price"},)


def test_an_article_that_is_new_says_nothing() -> None:
    assert found(PRICE, [with_prices(1, B7="1.00")]) == ()


def test_too_many_such_rules_are_told() -> None:
    rules = [{**IBAN, "field": "iban", "same": ["seller_vat_id", *["invoice_number"] * n]} for n in range(25)]
    asked = questions_of(rules, SCHEMA, VALUES)
    answers = dict.fromkeys(asked, ())
    findings = findings_of(rules, Checked(SCHEMA, VALUES, About({}), lambda p, t: True, answers))
    assert len(asked) == 20
    assert [one.code for one in findings] == ["rule_too_costly"] * 5


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({**UNIQUE, "field": None}, "names no field"),
        ({**UNIQUE, "field": "unknown"}, "names no unknown"),
        ({**UNIQUE, "same": "unknown"}, "names no unknown"),
        ({**UNIQUE, "same": "line_items[].unit_price"}, "same names fields, no columns"),
        ({**UNIQUE, "field": "line_items[].unit_price"}, "takes a field, no column"),
        ({"field": "iban", "rule": "as_before"}, "needs same"),
        ({**IBAN, "key": "line_items[].article_number"}, "a key is needed for a column"),
        ({**PRICE, "key": None}, "a key is needed for a column"),
        ({**PRICE, "key": "iban"}, "a column of the same table"),
        ({**PRICE, "key": "line_items[].unknown"}, "names no line_items[].unknown"),
        ({**PRICE, "tolerance": True}, "a tolerance is"),
    ],
)
def test_what_publishing_refuses(rule: Mapping[str, Any], problem: str) -> None:
    said = problem_of(rule, known_of(SCHEMA), lambda p, t: True)
    assert said is not None
    assert problem in said
