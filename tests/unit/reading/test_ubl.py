"""A result leaves as UBL that is valid and reads back as the same invoice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docflow.domain.cii import result_cii
from docflow.domain.errors import UserError
from docflow.domain.ubl import result_ubl
from docflow_ocr.e_invoice.reading import read_xml

DEMO = Path(__file__).parents[2] / "data" / "demo"
FIELDS = {
    "invoice_number": "R-1",
    "issue_date": "2026-05-01",
    "due_date": "2026-06-01",
    "currency": "EUR",
    "seller_name": "Seller & Söhne GmbH",
    "seller_vat_id": "DE136695976",
    "buyer_name": "Buyer AG",
    "net_total": "100.00",
    "tax_total": "19.00",
    "grand_total": "119.00",
    "amount_due": "119.00",
    "iban": "DE02120300000000202051",
}
ROW = {"description": "Ink", "quantity": "2", "unit_price": "50.00", "line_total": "100.00"}


def result(*rows: dict[str, str], **changes: str | None) -> dict[str, Any]:
    fields = {name: {"value": value} for name, value in {**FIELDS, **changes}.items()}
    return {
        "fields": fields,
        "tables": {"line_items": [{name: {"value": value} for name, value in row.items()} for row in rows]},
    }


@pytest.mark.parametrize("type_code", ["380", "381"])
def test_what_was_read_is_what_is_stated(type_code: str) -> None:
    invoice = read_xml(result_ubl(result(ROW, type_code=type_code)))
    assert invoice is not None
    assert {name: invoice.values.get(name) for name in FIELDS} == FIELDS
    assert {name: invoice.lines[0][name] for name in ROW} == ROW


@pytest.mark.parametrize("rows", [(), (ROW,), (ROW, {"line_total": "5.00"})], ids=["none", "one", "bare"])
@pytest.mark.parametrize("type_code", ["380", "381"])
def test_it_is_valid_by_the_official_schema(rows: tuple[dict[str, str], ...], type_code: str) -> None:
    invoice = read_xml(result_ubl(result(*rows, type_code=type_code)))
    assert invoice is not None
    assert "einvoice_schema_invalid" not in invoice.warnings


def test_no_invoice_is_made_without_its_number() -> None:
    with pytest.raises(UserError, match="invoice_number") as caught:
        result_ubl(result(invoice_number=None))
    assert caught.value.code == "export_incomplete"


@pytest.mark.parametrize("write", [result_ubl, result_cii])
def test_what_xml_cannot_write_is_left_out(write: Callable[[Any], bytes]) -> None:
    row = {**ROW, "description": "In\x1ck\x0b", "unit": "C\x1f62\x00"}
    invoice = read_xml(write(result(row, seller_name="Sell\x0cer\ud800")))
    assert invoice is not None
    assert invoice.values["seller_name"] == "Seller"
    assert (invoice.lines[0]["description"], invoice.lines[0]["unit"]) == ("Ink", "C62")
