from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from docflow.domain.expressions.expression import Budget, compiled
from docflow.domain.expressions.faults import ExpressionFailed, TooCostly
from docflow.domain.expressions.types import Value

FACTS: Mapping[str, Value] = {
    "gross": Decimal("119.00"),
    "net": Decimal("100.10"),
    "due": date(2026, 2, 1),
    "issued": date(2026, 1, 2),
    "currency": "EUR",
    "paid": True,
    "nothing": None,
    "seller": {"name": "Acme", "vat": None},
    "rows": [
        {"quantity": Decimal(2), "price": Decimal("1.50"), "total": Decimal("3.00")},
        {"quantity": Decimal(3), "price": Decimal("0.10"), "total": Decimal("0.30")},
    ],
    "gaps": [{"total": None}, {"total": Decimal(5)}],
}


@pytest.mark.parametrize(
    "source",
    [
        "gross - net < 100.0",
        "0.1 + 0.2 == 0.3",
        "gross - net == 18.9",
        "7 / 2 == 3.5 && 7 % 4 == 3",
        "2 + 3 * 4 == 14 && (2 + 3) * 4 == 20 && 10 - 2 - 3 == 5",
        "-net < 0 && !(gross < net)",
        "due - issued == 30 && issued + 30 == due && due > date('2026-01-31')",
        "year(due) == 2026 && month(issued) == 1",
        "currency in ['EUR', \"USD\"] && !('x' in [currency])",
        "currency.startsWith('E') && contains(currency, 'U') && currency.lowerAscii() == 'eur'",
        "paid ? gross > net : false",
        "seller.name == 'Acme' && seller['name'] == 'Acme' && !has(seller.vat)",
        "rows.all(row, row.quantity * row.price == row.total)",
        "rows.exists(row, row.total == 3) && rows.exists_one(row, row.total < 1)",
        "sum(rows.map(row, row.total)) == 3.3 && size(rows.filter(row, row.total > 1)) == 1",
        "sum(rows.map(row, row.total > 1, row.total)) == 3",
        "max(rows.map(row, row.total)) == 3 && min(3, 2, 5) == 2",
        "rows[1].total == 0.3 && !has(rows[7])",
        "round(2.345, 2) == 2.35 && abs(-2) == 2 && number('1.50') == 1.5 && string(1.50) == '1.5'",
        "nothing == null && net != null && null == null",
        "string(123456789012345678901234567891) == '123456789012345678901234567891'",
        "string(-0.0) == '0' && string(1200) == '1200' && string(0.050) == '0.05'",
        r"'a\n\u0041' + r'\d' == 'a\nA\\d'",
        "currency.matches('^E') // what follows is a remark",
    ],
)
def test_what_holds(source: str) -> None:
    assert compiled(source).holds(FACTS, match=lambda pattern, text: text.startswith(pattern[1:])) is True


@pytest.mark.parametrize(
    "source",
    [
        "nothing > 3",
        "nothing == 'EUR'",
        "!nothing",
        "gross + nothing > 0",
        "nothing in ['a']",
        "sum(gaps.map(gap, gap.total)) > 1",
        "gaps.all(gap, gap.total > 1)",
        "seller.vat.startsWith('DE')",
        "nothing ? true : false",
        "rows[9].total > 1",
        "nothing == seller.vat",
        "nothing != seller.vat",
    ],
)
def test_a_missing_value_lets_it_say_nothing(source: str) -> None:
    assert compiled(source).holds(FACTS) is None


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("nothing > 3 || paid", True),
        ("1 / 0 > 3 || paid", True),
        ("nothing > 3 && !paid", False),
        ("gaps.exists(gap, gap.total == 5)", True),
        ("gaps.all(gap, gap.total > 9)", False),
    ],
)
def test_a_part_that_decides_does_so_beside_one_that_cannot_be_answered(source: str, answer: bool) -> None:
    assert compiled(source).holds(FACTS) is answer


@pytest.mark.parametrize(
    "source",
    [
        "gross / 0 > 1",
        "gross % 0 > 1",
        "unknown > 1",
        "currency > 1",
        "currency == 1",
        "currency - 'E' == ''",
        "gross.name == 1",
        "gross",
        "sum(['a']) == 1",
        "due + 0.5 == due",
        "due - 900000 == due",
        "date('soon') == due",
        "round(1, 99) == 1",
        "size(3) == 1",
        "currency.matches('(')",
        "rows.all(row, 3)",
        "paid.all(x, x)",
        " * ".join(["99999999999999999999999999999"] * 5) + " > 1",
        "round(" + " * ".join(["99999999999999999999999999999"] * 3) + " * 99999999.1, 10) == 1",
    ],
)
def test_what_cannot_be_answered_fails_with_a_code(source: str) -> None:
    with pytest.raises(ExpressionFailed) as failed:
        compiled(source).holds(FACTS)
    assert failed.value.code == "rule_failed_to_run"


def test_a_failure_tells_no_value() -> None:
    with pytest.raises(ExpressionFailed) as failed:
        compiled("number(seller.name) > 1").holds(FACTS)
    assert "Acme" not in str(failed.value)


@pytest.mark.parametrize(
    "source",
    [
        "long.all(a, a > 0)",
        "many.all(a, many.all(b, a + b >= many[0]))",
        "many.map(a, many.map(b, a + b)).all(c, size(c) > 0)",
        "many.map(a, 'x' + text + text + text + text).all(c, size(c) > 0)",
        "many + many == many",
        "few.all(a, few.all(b, a + b in many))",
    ],
)
def test_what_runs_away_ends_as_too_costly(source: str) -> None:
    facts = {
        "many": [Decimal(n) for n in range(500)],
        "few": [Decimal(n) for n in range(100)],
        "long": [Decimal(1)] * 501,
        "text": "x" * 4_000,
    }
    with pytest.raises(TooCostly) as failed:
        compiled(source).holds(facts)
    assert failed.value.code == "rule_too_costly"


def test_a_budget_is_shared() -> None:
    facts = {"many": [Decimal(n) for n in range(500)]}
    asked, budget = compiled("many.all(a, a >= 0)"), Budget(5_000)
    assert asked.holds(facts, budget=budget) is True
    with pytest.raises(TooCostly):
        for _ in range(10):
            asked.holds(facts, budget=budget)
    assert budget.left >= 0


def test_it_tells_the_facts_it_asks_for() -> None:
    assert compiled("rows.all(row, row.total < gross) && has(seller.name)").names == {
        "rows",
        "gross",
        "seller",
    }


def test_one_text_is_compiled_once() -> None:
    assert compiled("gross > 1") is compiled("gross > 1")
