"""Candidates become fields with a place, checks and a confidence; XML is compared with the visible page."""

from typing import Any

from docflow.domain import fraud
from docflow.domain.e_invoice import EInvoice, Syntax
from docflow.domain.ports.llm import Candidate, Extraction
from docflow.features.reading.assembly import fields_of_extraction, fields_of_invoice

from tests.unit.reading.made_pages import ROWS, page

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "net_total": {"type": "string"},
        "tax_total": {"type": "string"},
        "grand_total": {"type": "string"},
        "iban": {"type": ["string", "null"]},
    },
}
PAGE = page("Net 100.00\nTax 19.00\nTotal 119.00\nTotal 120.00")


def extraction(gross: str) -> Extraction:
    texts = {"net_total": "100.00", "tax_total": "19.00", "grand_total": gross}
    return Extraction({name: [Candidate(text, 1, "", True)] for name, text in texts.items()})


def invoice(gross: str) -> EInvoice:
    return EInvoice(Syntax.UBL, "", {"grand_total": gross})


def test_totals_that_add_up_are_surer() -> None:
    read = fields_of_extraction(extraction("119.00"), [PAGE], SCHEMA).fields["grand_total"]
    assert read.confidence > 0.95


def test_totals_that_do_not_add_up_are_doubtful() -> None:
    read = fields_of_extraction(extraction("120.00"), [PAGE], SCHEMA).fields["grand_total"]
    assert (read.confidence, read.checks[0].ok) == (0.4, False)


def test_a_value_that_is_not_on_the_page_is_not_confident() -> None:
    found = Extraction({"grand_total": [Candidate("777.00", 1, "", True)]})
    assert fields_of_extraction(found, [PAGE], SCHEMA).fields["grand_total"].confidence <= 0.6


def test_a_field_without_a_candidate_is_null() -> None:
    assert fields_of_extraction(extraction("119.00"), [PAGE], SCHEMA).fields["iban"].value is None


def test_a_rival_makes_a_value_less_sure() -> None:
    one = Extraction({"grand_total": [Candidate("119.00", 1, "", True)]})
    two = Extraction({"grand_total": [Candidate("119.00", 1, "", True), Candidate("120.00", 1, "", True)]})
    sure, less = (fields_of_extraction(given, [PAGE], SCHEMA).fields["grand_total"] for given in (one, two))
    assert less.confidence < sure.confidence


def test_an_xml_total_that_the_page_shows_is_certain() -> None:
    assert fields_of_invoice(invoice("119.00"), [PAGE], SCHEMA).fields["grand_total"].confidence == 0.999


def test_of_equal_xml_amounts_each_stands_behind_its_own_label() -> None:
    shown = page("Net total  100.00\nTotal  100.00\nTo transfer  100.00")
    same = dict.fromkeys(("net_total", "grand_total", "amount_due"), "100.00")
    schema = {"type": "object", "properties": {name: {"type": "string", "x-kind": "money"} for name in same}}
    fields = fields_of_invoice(EInvoice(Syntax.UBL, "", same), [shown], schema).fields
    rows = {name: round((field.box or (0, -1))[1] * ROWS) for name, field in fields.items()}
    assert rows == {"net_total": 0, "grand_total": 1, "amount_due": 2}


def test_an_xml_total_that_the_page_contradicts_is_a_signal() -> None:
    fields = fields_of_invoice(invoice("919.00"), [PAGE], SCHEMA).fields
    flags = fraud.signals_of(fields, ocr_confidence=1.0)
    (flag,) = flags
    assert (flag.code, flag.evidence["fields"]) == ("xml_page_mismatch", ["grand_total"])
    assert flag.evidence["stated"]["grand_total"]["value"] == "919.00"


def test_another_account_on_the_page_is_a_signal() -> None:
    paid_to = EInvoice(Syntax.UBL, "", {"grand_total": "119.00", "iban": "DE02120300000000202051"})
    shown = [page("Total 119.00\nIBAN DE89 3704 0044 0532 0130 00")]
    fields = fields_of_invoice(paid_to, shown, SCHEMA).fields
    flags = fraud.signals_of(fields, ocr_confidence=1.0)
    assert [(flag.code, flag.evidence["fields"]) for flag in flags] == [("xml_page_mismatch", ["iban"])]


def test_the_parts_of_an_invoice_fill_the_tables_that_ask_for_them() -> None:
    table = {"type": "array", "items": {"type": "object", "properties": {}}}
    columns = {
        "tax_breakdown": ("tax_rate", "tax_amount"),
        "allowances": ("kind", "amount"),
        "payment_means": ("means_code", "iban"),
    }
    schema = {
        "type": "object",
        "properties": {
            name: {
                **table,
                "items": {"type": "object", "properties": {c: {"type": "string"} for c in wanted}},
            }
            for name, wanted in columns.items()
        },
    }
    given = EInvoice(
        Syntax.UBL,
        "",
        {},
        adjustments=({"kind": "charge", "amount": "5.00"},),
        taxes=({"tax_rate": "19", "tax_amount": "18.05"},),
        payments=({"means_code": "58", "iban": "DE02120300000000202051"},),
    )
    tables = fields_of_invoice(given, [], schema).tables
    assert {name: [cell.value for cell in rows[0].values()] for name, rows in tables.items()} == {
        "tax_breakdown": ["19", "18.05"],
        "allowances": ["charge", "5.00"],
        "payment_means": ["58", "DE02120300000000202051"],
    }


def test_an_invoice_without_a_page_contradicts_nothing() -> None:
    assert fields_of_invoice(invoice("919.00"), [], SCHEMA).fields["grand_total"].confidence == 0.999


def test_the_name_of_a_client_finds_its_term() -> None:
    schema = {"type": "object", "properties": {"Gesamtbetrag": {"type": "string", "x-kind": "money"}}}
    assert fields_of_invoice(invoice("1.00"), [], schema).fields["Gesamtbetrag"].value == "1.00"


def test_wrong_check_digits_are_a_signal_only_where_words_are_clear() -> None:
    found = Extraction({"grand_total": [Candidate("120.00", 1, "", True)], **extraction("120.00").fields})
    fields = fields_of_extraction(found, [PAGE], SCHEMA).fields
    assert [len(fraud.signals_of(fields, ocr_confidence=sure)) for sure in (1.0, 0.7)] == [1, 0]
