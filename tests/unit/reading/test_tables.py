"""Rows of a table over all its pages: none lost, none made up, and what is lost is noticed."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from docflow.adapters.llm.offline.reader import read_fields
from docflow.domain.reading import Page
from docflow.features.reading.assembly import fields_of_extraction

from tests.unit.reading.made_pages import page
from tests.unit.reading.random_invoices import RandomInvoice

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "net_total": {"type": "string"},
        "grand_total": {"type": "string"},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "description": {"type": "string"},
                    "quantity": {"x-kind": "quantity"},
                    "unit_price": {"x-kind": "money"},
                    "line_total": {"x-kind": "money"},
                },
            },
        },
    },
}
HEADER = "Description                   Qty     Unit price     Amount\n"
INK = "Blue ink                      2             4.50       9.00\n"
PAPER = "Paper                         1             3.00       3.00\n"
GIFT = "Sample, free                  1             0.00       0.00\n"
TOTAL = "Net total                                             12.00\n"


def rows(pages: Sequence[Page]) -> list[str]:
    found = read_fields(pages, SCHEMA).tables.get("line_items", ())
    return [f"{row['description'].text} {row['line_total'].text}" for row in found]


def gaps(pages: Sequence[Page], kept: slice | None = None) -> list[str]:
    """Codes of what is missing where only the rows `kept` were read."""
    read = read_fields(pages, SCHEMA)
    if kept is not None:
        read = replace(read, tables={"line_items": read.tables["line_items"][kept]})
    return [gap.code for gap in fields_of_extraction(read, pages, SCHEMA).gaps]


@pytest.mark.parametrize("header", [HEADER, "Northwind Ltd                                        - 2 -\n"])
def test_a_table_goes_on_over_the_page(header: str) -> None:
    pages = [page(HEADER + INK), page(header + PAPER + TOTAL, number=2)]
    assert (rows(pages), gaps(pages)) == (["Blue ink 9.00", "Paper 3.00"], [])


@pytest.mark.parametrize(
    "label", ["Carried forward", "Übertrag", "À reporter", "Subtotal site", "Zwischensumme"]
)
def test_sums_on_the_way_are_no_rows(label: str) -> None:
    carried = f"{label:<54}9.00\n"
    pages = [page(HEADER + INK + carried), page(HEADER + carried + PAPER + TOTAL, number=2)]
    assert (rows(pages), gaps(pages)) == (["Blue ink 9.00", "Paper 3.00"], [])


def test_a_description_goes_on_under_its_row() -> None:
    assert rows([page(HEADER + INK + "for the printer\n" + PAPER + TOTAL)]) == [
        "Blue ink for the printer 9.00",
        "Paper 3.00",
    ]


def test_an_item_may_be_called_like_a_total() -> None:
    hire = "Total station hire            3             3.00       9.00\n"
    pages = [page(HEADER + hire + PAPER + TOTAL)]
    assert (rows(pages), gaps(pages)) == (["Total station hire 9.00", "Paper 3.00"], [])


def test_two_equal_rows_are_two() -> None:
    pages = [page(HEADER + PAPER + PAPER + INK[:-1] + "\nNet total" + " " * 45 + "15.00")]
    assert (len(rows(pages)), gaps(pages)) == (3, [])


@pytest.mark.parametrize("kept", [slice(1, None), slice(0, 1), slice(0, 0)])
def test_a_lost_row_holds_the_document(kept: slice) -> None:
    assert "rows_missing" in gaps([page(HEADER + INK + PAPER + TOTAL)], kept)


def test_a_lost_row_that_costs_nothing_is_missed_too() -> None:
    assert gaps([page(HEADER + INK + PAPER + GIFT + TOTAL)], slice(0, 2)) == ["rows_missing"]


def test_a_table_with_unknown_headings_is_not_passed_over() -> None:
    strange = HEADER.replace("Description", "What       ").replace("Amount", "Makes ")
    assert gaps([page(strange + INK + PAPER + TOTAL)]) == ["rows_missing"]


def test_a_total_that_the_rows_do_not_reach_is_told() -> None:
    assert gaps([page(HEADER + INK + PAPER + TOTAL.replace("12.00", "15.00"))]) == ["sum_differs"]


def test_an_amount_alone_in_the_column_is_told() -> None:
    alone = " " * 54 + "7.00\n"
    assert gaps([page(HEADER + INK + alone + PAPER + TOTAL)], None) in (["amount_unclaimed"], ["sum_differs"])


def test_where_no_table_is_asked_for_nothing_is_missing() -> None:
    asked = {"type": "object", "properties": {"grand_total": {"type": "string"}}}
    pages = [page(HEADER + INK + PAPER + TOTAL)]
    assert fields_of_extraction(read_fields(pages, asked), pages, asked).gaps == ()


def test_the_words_of_a_reason_carry_no_value() -> None:
    pages = [page(HEADER + INK + PAPER + TOTAL.replace("12.00", "15.00"))]
    (gap,) = fields_of_extraction(read_fields(pages, SCHEMA), pages, SCHEMA).gaps
    assert not any(value in gap.message for value in ("12", "15", "9.00"))


@pytest.mark.parametrize("seeds", [range(start, start + 30) for start in range(0, 150, 30)], ids=str)
def test_no_row_of_any_invoice_is_lost_in_silence(seeds: range) -> None:
    silent = []
    for seed in seeds:
        invoice = RandomInvoice(seed)
        found = fields_of_extraction(read_fields(invoice.pages, SCHEMA), invoice.pages, SCHEMA)
        rows = [row["line_total"].value for row in found.tables["line_items"] if "line_total" in row]
        is_whole = [Decimal(str(row)) for row in rows] == [item.line_total for item in invoice.items]
        silent += [] if is_whole or found.gaps else [seed]
    assert silent == []
