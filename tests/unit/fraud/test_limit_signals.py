from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from docflow.domain.limit_signals import limit_signals, parts_to_look_for
from docflow.domain.payment_facts import PastDocument
from docflow.domain.reading import FraudFlag

from tests.unit.fraud.known import NOW, facts, past

LIMITS = {"EUR": "5000.00", "USD": "5500"}
PLACE = {"field": "grand_total", "page": 1, "box": [0.5, 0.6, 0.7, 0.62]}


def told(total: str, *others: PastDocument, **changes: Any) -> dict[str, FraudFlag]:
    given = facts(total=Decimal(total), where={"total": PLACE}, **changes)
    parts = parts_to_look_for(given, LIMITS, NOW)
    return {one.code: one for one in limit_signals(given, parts, others)}


def part(number: int, total: str = "4500.00", **changes: Any) -> PastDocument:
    return past(number, total=Decimal(total), number_key=f"r{number}00", **changes)


@pytest.mark.parametrize("total", ["4750.00", "4999.99", "5000.00"])
def test_an_amount_just_below_the_limit_is_told_with_its_place(total: str) -> None:
    found = told(total)["under_approval_limit"]
    assert (found.family, found.score) == ("velocity", 0.15)
    assert found.evidence == {"total": total, "approval_limit": "5000.00", **PLACE}


@pytest.mark.parametrize("total", ["4749.99", "5000.01", "100.00"])
def test_other_amounts_are_not_told(total: str) -> None:
    assert told(total) == {}


def test_the_limit_is_that_of_the_documents_currency() -> None:
    assert "under_approval_limit" in told("5400.00", currency="USD")
    assert told("4900.00", currency="CHF") == {}
    assert told("4900.00", currency=None) == {}


def test_of_one_limit_alone_a_document_without_a_currency_is_taken_to_mean_it() -> None:
    given = facts(total=Decimal("4900.00"), currency=None)
    assert parts_to_look_for(given, {"EUR": "5000.00"}, NOW) is not None
    assert parts_to_look_for(given, {}, NOW) is None


def test_credit_notes_are_not_compared() -> None:
    assert told("4900.00", part(1), is_credit=True) == {}


def test_parts_below_the_limit_that_lie_above_it_together_are_told_with_their_documents() -> None:
    found = told("4200.00", part(1), part(2, "4300.00"))["split_invoices"]
    assert (found.family, found.score) == ("velocity", 0.35)
    assert (found.evidence["together"], found.evidence["count"]) == ("13000.00", 3)
    assert [one["total"] for one in found.evidence["others"]] == ["4500.00", "4300.00"]


def test_parts_are_looked_for_within_two_weeks_and_above_four_fifths_of_the_limit() -> None:
    parts = parts_to_look_for(facts(total=Decimal(4000)), LIMITS, NOW)
    assert parts is not None
    assert (parts.low, parts.high, NOW - parts.after) == (4000, 5000, timedelta(days=14))
    assert parts_to_look_for(facts(total=Decimal("3999.99")), LIMITS, NOW) is None


def test_the_same_bill_once_more_a_credit_note_and_another_currency_are_no_parts() -> None:
    again = past(1, total=Decimal("4500.00"), number_key="r7")
    assert told("4500.00", again, part(2, is_credit=True), part(3, currency="USD")) == {}
