"""Invoices of many rows, drawn in eight layouts: every row is read, or the document is held."""

from decimal import Decimal
from typing import Any

import pytest
from docflow.adapters.llm.offline.reader import read_fields
from docflow.features.reading.assembly import fields_of_extraction
from docflow_ocr.pages.pdf import text_pages

from tests.data.make_invoices import LAYOUTS, Layout, draw, rows_of, true_totals
from tests.unit.reading.test_tables import SCHEMA

READABLE = [layout for layout in LAYOUTS if layout.name != "unknown-header"]


def read(layout: Layout, count: int) -> tuple[list[dict[str, Any]], list[str], dict[str, Any]]:
    pages = text_pages(draw(layout, rows_of(count))).pages
    found = fields_of_extraction(read_fields(pages, SCHEMA), pages, SCHEMA)
    rows = [{name: cell.value for name, cell in row.items()} for row in found.tables["line_items"]]
    return rows, [gap.code for gap in found.gaps], {name: read.value for name, read in found.fields.items()}


def expected(count: int) -> list[tuple[Decimal, Decimal, Decimal]]:
    return [(Decimal(row.quantity), row.unit_price, row.line_total) for row in rows_of(count)]


@pytest.mark.parametrize("layout", READABLE, ids=lambda layout: layout.name)
@pytest.mark.parametrize("count", [10, 100, *(pytest.param(n, marks=pytest.mark.full) for n in (800, 3_200))])
def test_every_row_of_a_long_invoice_is_read(layout: Layout, count: int) -> None:
    rows, gaps, fields = read(layout, count)
    numbers = [tuple(Decimal(row[name]) for name in ("quantity", "unit_price", "line_total")) for row in rows]
    assert (gaps, numbers) == ([], expected(count))
    net, _, gross = true_totals(rows_of(count))
    assert (Decimal(fields["net_total"]), Decimal(fields["grand_total"])) == (net, gross)


def test_descriptions_stay_with_their_rows() -> None:
    rows, _, _ = read(READABLE[2], 30)
    assert all(
        got["description"].startswith(row.description) for got, row in zip(rows, rows_of(30), strict=True)
    )


@pytest.mark.parametrize("count", [10, 100, pytest.param(3_200, marks=pytest.mark.full)])
def test_a_table_that_cannot_be_read_holds_the_document(count: int) -> None:
    rows, gaps, _ = read(LAYOUTS[-1], count)
    assert (rows, gaps) == ([], ["rows_missing"])
