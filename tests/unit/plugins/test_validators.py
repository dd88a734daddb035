from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from docflow.domain.evidence import Values
from docflow.domain.stages import Severity
from docflow.plugins.validators.invoice import InvoiceStandardValidator
from docflow.plugins.validators.payroll import PayrollStandardValidator
from docflow.plugins.validators.receipt import ReceiptStandardValidator
from docflow.plugins.validators.validator import Given, Validator

TODAY = date(2026, 11, 20)
INVOICE = {
    "net_total": "100.00", "tax_total": "19.00", "grand_total": "119.00", "currency": "EUR",
    "issue_date": "2026-01-01", "due_date": "2026-01-15", "iban": "DE02120300000000202051", "seller_vat_id": "DE136695976",
    "line_count": "2",
}  # fmt: skip
LINES = (
    {"quantity": "2", "unit_price": "30.00", "line_total": "60.00"},
    {"quantity": "1", "unit_price": "40.00", "line_total": "40.00"},
)


def codes(
    validator: Validator,
    fields: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]] = (),
    sources: Mapping[str, str] | None = None,
) -> dict[str, Severity]:
    given = Given("any", Values(fields, {"line_items": lines}, sources or {}), TODAY)
    found = validator.validate(given)
    assert isinstance(found, Sequence)
    return {finding.code: finding.severity for finding in found}


def invoice(changes: Mapping[str, Any], lines: Sequence[Mapping[str, Any]] = LINES) -> list[str]:
    return list(codes(InvoiceStandardValidator(), {**INVOICE, **changes}, lines))


def test_a_sound_invoice_finds_nothing() -> None:
    assert invoice({}) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grand_total": "119.03"}, "totals_differ"),
        ({"iban": "DE02120300000000202052"}, "iban_checksum"),
        ({"seller_vat_id": "DE136695977"}, "vat_checksum"),
        ({"due_date": "2025-12-31"}, "due_before_issue"),
        ({"currency": "XYZ"}, "currency_unknown"),
        ({"line_count": "3"}, "incomplete"),
    ],
)
def test_what_does_not_add_up_on_an_invoice_is_found(changes: dict[str, str], code: str) -> None:
    assert invoice(changes) == [code]


def test_totals_may_differ_by_two_cents() -> None:
    assert invoice({"grand_total": "119.02"}) == []


def test_lines_that_do_not_add_up_are_found() -> None:
    assert invoice({"line_count": "1"}, LINES[:1]) == ["lines_differ"]


def test_lines_may_be_printed_with_tax() -> None:
    gross = ({"line_total": "71.40"}, {"line_total": "47.60"})
    assert invoice({}, gross) == []


def test_a_line_whose_product_differs_is_a_warning() -> None:
    lines = ({"quantity": "3", "unit_price": "30.00", "line_total": "60.00"}, LINES[1])
    assert codes(InvoiceStandardValidator(), INVOICE, lines) == {"line_differs": Severity.WARNING}


def test_allowances_of_a_structured_invoice_hold_nothing() -> None:
    found = codes(InvoiceStandardValidator(), {**INVOICE, "line_count": "1"}, LINES[:1], {"net_total": "xml"})
    assert found == {"lines_differ": Severity.WARNING}


def test_a_vat_number_outside_europe_is_not_judged() -> None:
    assert invoice({"seller_vat_id": "CHE116281710MWST"}) == []


def test_a_credit_note_adds_up_below_zero() -> None:
    minus = {"net_total": "-100.00", "tax_total": "-19.00", "grand_total": "-119.00", "line_count": "1"}
    assert invoice(minus, ({"line_total": "-100.00"},)) == []


def test_an_empty_invoice_finds_nothing() -> None:
    assert codes(InvoiceStandardValidator(), {}) == {}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"total_gross": "3000", "total_net": "2000", "total_deductions": "1000"}, []),
        ({"total_gross": "3000", "total_net": "3000.01"}, ["net_above_gross"]),
        ({"gross_pay": "3000", "deductions": "-3100"}, ["deductions_above_gross"]),
        ({"total_gross": "3000", "total_net": "2000", "total_deductions": "900"}, ["deductions_differ"]),
        ({"pay_period_start": "2026-02-01", "pay_period_end": "2026-01-31"}, ["period_reversed"]),
        ({"pay_period_start": "2026-01-01", "pay_period_end": "2026-01-01"}, []),
        ({}, []),
    ],
)
def test_a_payslip_is_judged_by_its_amounts_and_period(fields: dict[str, str], expected: list[str]) -> None:
    assert list(codes(PayrollStandardValidator(), fields)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"total": "9.00", "tax_total": "0.51", "date": "2026-11-20"}, []),
        ({"total": "0.00"}, ["total_not_positive"]),
        ({"total": "9.00", "tax_total": "9.01"}, ["tax_above_total"]),
        ({"date": "2026-11-21"}, []),
        ({"date": "2026-11-22"}, ["date_in_future"]),
        ({}, []),
    ],
)
def test_a_receipt_is_judged_by_total_tax_and_date(fields: dict[str, str], expected: list[str]) -> None:
    assert list(codes(ReceiptStandardValidator(), fields)) == expected
