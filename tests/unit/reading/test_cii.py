"""A result leaves as CII that is valid, keeps the standard's rules and reads back as the same invoice."""

from pathlib import Path
from typing import Any

import pytest
from docflow.domain.cii import result_cii
from docflow.domain.e_invoice import EInvoice
from docflow.domain.errors import UserError
from docflow.domain.ubl import result_ubl
from docflow_ocr.e_invoice.reading import read_xml

from tests.unit.reading.test_ubl import FIELDS, ROW, result

DEMO = Path(__file__).parents[2] / "data" / "demo"


def as_result(invoice: EInvoice) -> dict[str, Any]:
    def stated(row: Any) -> dict[str, Any]:
        return {name: {"value": value} for name, value in row.items()}

    return {
        "fields": stated(invoice.values),
        "tables": {
            "line_items": [stated(row) for row in invoice.lines],
            "taxes": [stated(row) for row in invoice.taxes],
            "adjustments": [stated(row) for row in invoice.adjustments],
        },
    }


def read(data: bytes) -> EInvoice:
    invoice = read_xml(data)
    assert invoice is not None
    return invoice


@pytest.mark.parametrize("type_code", ["380", "381"])
def test_what_was_read_is_what_is_stated(type_code: str) -> None:
    invoice = read(result_cii(result(ROW, type_code=type_code)))
    assert {name: invoice.values.get(name) for name in FIELDS} == FIELDS
    assert {name: invoice.lines[0][name] for name in ROW} == ROW


@pytest.mark.parametrize("rows", [(), (ROW,), (ROW, {"line_total": "5.00"})], ids=["none", "one", "bare"])
@pytest.mark.parametrize("type_code", ["380", "381"])
def test_it_is_valid_by_the_official_schema(rows: tuple[dict[str, str], ...], type_code: str) -> None:
    invoice = read(result_cii(result(*rows, type_code=type_code)))
    assert "einvoice_schema_invalid" not in invoice.warnings


def test_it_is_valid_with_what_every_invoice_must_have_and_no_more() -> None:
    bare = dict.fromkeys(
        set(FIELDS) - {"invoice_number", "issue_date", "currency", "seller_name", "grand_total"}
    )
    assert "einvoice_schema_invalid" not in read(result_cii(result(**bare))).warnings


def test_a_complete_result_keeps_every_rule() -> None:
    full = result(ROW, seller_country="DE", buyer_country="FR")
    assert read(result_cii(full)).warnings == ()


def test_an_invoice_comes_back_as_it_was_read() -> None:
    given = read((DEMO / "xrechnung-mustermann-18383.xml").read_bytes())
    again = read(result_cii(as_result(given)))
    assert again.values == {**given.values, "line_count": str(len(given.lines))}
    assert again.lines == given.lines
    assert again.taxes == given.taxes
    assert again.warnings == given.warnings


def test_both_exports_state_the_same() -> None:
    given = result(ROW)
    as_cii, as_ubl = read(result_cii(given)), read(result_ubl(given))
    assert {name: as_ubl.values[name] for name in FIELDS} == {name: as_cii.values[name] for name in FIELDS}


def test_no_invoice_is_made_without_its_number() -> None:
    with pytest.raises(UserError, match="invoice_number") as caught:
        result_cii(result(invoice_number=None))
    assert caught.value.code == "export_incomplete"


def test_a_breakdown_without_a_rate_leaves_the_rate_of_its_lines_open() -> None:
    given = result(ROW)
    given["tables"]["taxes"] = [{"tax_category": {"value": "E"}, "taxable_amount": {"value": "100.00"}}]
    assert read(result_cii(given)).lines[0].get("tax_rate") is None
