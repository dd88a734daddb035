"""Each broken rule of EN 16931 has its own code; a sound invoice has none."""

from dataclasses import replace

import pytest
from docflow.domain.e_invoice import EInvoice, Syntax
from docflow_ocr.e_invoice.rules import broken_rules

SOUND = EInvoice(
    Syntax.CII,
    "urn:cen.eu:en16931:2017",
    {
        "invoice_number": "R-1",
        "issue_date": "2026-05-01",
        "type_code": "380",
        "currency": "EUR",
        "seller_name": "Seller GmbH",
        "seller_country": "DE",
        "seller_legal_id": "0002:123456789",
        "buyer_name": "Buyer SARL",
        "buyer_country": "FR",
        "due_date": "2026-06-01",
        "lines_total": "100.00",
        "allowances_total": "10.00",
        "charges_total": "5.00",
        "net_total": "95.00",
        "tax_total": "18.05",
        "grand_total": "113.05",
        "prepaid_total": "13.05",
        "amount_due": "100.00",
    },
    lines=({"quantity": "4", "unit_price": "25.00", "line_total": "100.00"},),
    adjustments=({"kind": "allowance", "amount": "10.00"}, {"kind": "charge", "amount": "5.00"}),
    taxes=({"tax_rate": "19", "taxable_amount": "95.00", "tax_amount": "18.05", "tax_category": "S"},),
    payments=({"means_code": "58", "iban": "DE02120300000000202051"},),
)


def changed(**values: str | None) -> EInvoice:
    kept = {**SOUND.values, **values}
    return replace(SOUND, values={name: value for name, value in kept.items() if value is not None})


def test_a_sound_invoice_breaks_no_rule() -> None:
    assert broken_rules(SOUND) == ()


@pytest.mark.parametrize(
    ("invoice", "code"),
    [
        (changed(invoice_number=None), "einvoice_invoice_number_missing"),
        (changed(type_code="999"), "einvoice_type_code_unknown"),
        (changed(currency="EUX"), "einvoice_currency_unknown"),
        (changed(due_date=None), "einvoice_payment_terms_missing"),
        (changed(buyer_country=None), "einvoice_buyer_country_missing"),
        (changed(seller_legal_id="0002:12345678900010"), "einvoice_seller_legal_id_invalid"),
        (changed(lines_total="101.00", net_total="96.00"), "einvoice_lines_total_mismatch"),
        (changed(allowances_total="11.00"), "einvoice_allowances_total_mismatch"),
        (changed(charges_total="6.00"), "einvoice_charges_total_mismatch"),
        (changed(net_total="90.00"), "einvoice_net_total_mismatch"),
        (changed(grand_total="114.00"), "einvoice_grand_total_mismatch"),
        (changed(amount_due="113.05"), "einvoice_amount_due_mismatch"),
        (changed(tax_total="19.00"), "einvoice_tax_total_mismatch"),
        (replace(SOUND, profile="urn:ferd:order"), "einvoice_profile_unknown"),
        (replace(SOUND, lines=()), "einvoice_lines_missing"),
        (replace(SOUND, taxes=()), "einvoice_tax_breakdown_missing"),
        (replace(SOUND, taxes=({**SOUND.taxes[0], "tax_rate": "7"},)), "einvoice_tax_amount_mismatch"),
        (
            replace(SOUND, taxes=({**SOUND.taxes[0], "taxable_amount": "90.00"},)),
            "einvoice_taxable_amount_mismatch",
        ),
        (replace(SOUND, lines=({**SOUND.lines[0], "quantity": "5"},)), "einvoice_line_total_mismatch"),
        (replace(SOUND, lines=({**SOUND.lines[0], "unit_price": "-25.00"},)), "einvoice_unit_price_negative"),
        (
            replace(SOUND, lines=({**SOUND.lines[0], "price_discount": "-1"},)),
            "einvoice_price_discount_negative",
        ),
        (replace(SOUND, payments=({"means_code": "58"},)), "einvoice_payment_account_missing"),
        (replace(SOUND, payments=({"iban": "DE1"},)), "einvoice_payment_means_code_missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_rule_is_named(invoice: EInvoice, code: str) -> None:
    assert code in broken_rules(invoice)


def test_giving_everything_back_on_an_invoice_contradicts_its_type() -> None:
    lines = ({"quantity": "-4", "unit_price": "25.00", "line_total": "-100.00"},)
    credit = replace(changed(grand_total="-113.05"), lines=lines)
    assert "einvoice_type_code_contradicts_amounts" in broken_rules(credit)


def test_a_line_may_have_its_own_allowance_and_a_price_for_many() -> None:
    line = {
        "quantity": "200",
        "unit_price": "50",
        "base_quantity": "100",
        "allowances": "5",
        "charges": "5.00",
        "line_total": "100",
    }
    assert "einvoice_line_total_mismatch" not in broken_rules(replace(SOUND, lines=(line,)))


def test_the_leanest_profile_needs_no_lines() -> None:
    lean = replace(SOUND, profile="urn:factur-x.eu:1p0:minimum", lines=(), taxes=())
    assert broken_rules(lean) == ()
