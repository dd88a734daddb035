"""What was seen against what was read: every difference is a reason to look."""

from dataclasses import replace
from decimal import Decimal

import pytest
from docflow.domain.completeness import Gap, Listed, gaps_of
from docflow.domain.holding import Evidence, Need, hold_reasons
from docflow.domain.outcomes import Place
from docflow.domain.summary_lines import Summary, summary_of
from hypothesis import given
from hypothesis import strategies as st

PLACE = Place(2, (0.8, 0.4, 0.9, 0.42))
WHOLE = Listed(
    "items", 2, amounts=(Decimal("40.00"), Decimal("60.00")), totals=(("net_total", Decimal("100.00")),)
)


def codes(listed: Listed) -> list[str]:
    return [gap.code for gap in gaps_of(listed)]


def test_rows_that_come_to_the_total_are_complete() -> None:
    assert gaps_of(WHOLE) == ()


def test_rows_seen_but_not_read_are_told_with_their_pages() -> None:
    (gap,) = gaps_of(replace(WHOLE, missed=(PLACE, replace(PLACE, page=3))))
    told = "2 rows were seen in items but not read (pages 2, 3); 2 were read"
    assert (gap.code, gap.message, gap.places[0]) == ("rows_missing", told, PLACE)


def test_an_amount_that_no_row_has_is_told() -> None:
    assert codes(replace(WHOLE, loose=(PLACE,))) == ["amount_unclaimed"]


def test_rows_that_come_to_another_sum_are_told() -> None:
    assert codes(replace(WHOLE, totals=(("net_total", Decimal("140.00")),))) == ["sum_differs"]


def test_rows_may_come_to_the_net_or_the_gross_total() -> None:
    both = (("net_total", Decimal("84.03")), ("grand_total", Decimal("100.00")))
    assert codes(replace(WHOLE, totals=both)) == []


@pytest.mark.parametrize(("stated", "printed"), [("95.00", "5.00"), ("95.00", "-5.00"), ("107.50", "7.50")])
def test_shipping_and_discounts_stand_between_rows_and_total(stated: str, printed: str) -> None:
    between = replace(WHOLE, totals=(("net_total", Decimal(stated)),), adjustments=(Decimal(printed),))
    assert codes(between) == []


def test_nothing_is_said_of_a_sum_without_a_total() -> None:
    assert codes(replace(WHOLE, totals=())) == []


def test_a_row_without_its_amount_does_not_hide() -> None:
    (gap,) = gaps_of(replace(WHOLE, rows=3, amounts=(Decimal("40.00"), None, Decimal("20.00"))))
    assert gap.message.endswith("some rows were read without an amount")


@given(
    st.lists(st.decimals(min_value="0.06", max_value="999", places=2), min_size=1, max_size=400), st.data()
)
def test_a_lost_row_never_goes_unseen_in_the_sum(amounts: list[Decimal], data: st.DataObject) -> None:
    lost = data.draw(st.integers(0, len(amounts) - 1))
    kept = tuple(amounts[:lost] + amounts[lost + 1 :])
    listed = Listed("items", len(kept), amounts=kept, totals=(("net_total", sum(amounts, Decimal(0))),))
    assert codes(listed) == (["sum_differs"] if kept else [])


def test_a_gap_survives_being_stored() -> None:
    gap = Gap("rows_missing", "items", "1 row", (PLACE,))
    assert Gap.from_json(gap.as_json()) == gap


def test_a_gap_holds_the_process_and_shows_where_to_look() -> None:
    evidence = Evidence((Need("total", "1", 1.0),), gaps=(Gap("rows_missing", "items", "1 row", (PLACE,)),))
    (reason,) = hold_reasons(evidence, threshold=0.8, enable_fraud_detection=True)
    assert reason.as_json() == {
        "code": "rows_missing",
        "field": "items",
        "message": "1 row",
        "places": [{"page": 2, "box": [0.8, 0.4, 0.9, 0.42]}],
    }


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("Übertrag 1.200,00", Summary.CARRIED), ("Carried forward 9.00", Summary.CARRIED), ("À reporter  12,00 €", Summary.CARRIED),
        ("Suma y sigue  9,00", Summary.CARRIED), ("A riportare  9,00", Summary.CARRIED), ("A transportar  9,00", Summary.CARRIED),
        ("Zwischensumme Titel 1", Summary.SUBTOTAL), ("Sous-total  9,00", Summary.SUBTOTAL), ("Shipping  4.90", Summary.ADJUSTMENT),
        ("Versandkosten 4,90", Summary.ADJUSTMENT), ("Grand total", Summary.TOTAL), ("zzgl. 19 % MwSt.", None), ("MwSt. 19 %", Summary.TOTAL),
        ("Base imponible", Summary.TOTAL), ("Totale fattura", Summary.TOTAL), ("Blue ink", None), ("Taxi to the airport", None), ("Versandtasche A4", None),
        ("Reportage photo", None), ("Summer hat", None), ("Netzteil", None),
    ],
)  # fmt: skip
def test_lines_that_sum_up_are_told_from_items(text: str, summary: Summary | None) -> None:
    assert summary_of(text) is summary
