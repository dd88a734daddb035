"""The vendor's published rules for a booking batch."""

from datetime import UTC, datetime
from typing import Any

import pytest
from docflow.domain.datev import COLUMNS, ENCODING, Batch, booking_batch
from docflow.domain.errors import PermanentError

AT = datetime(2026, 11, 20, 12, 30, 15, 7000, tzinfo=UTC)
BOOKING = {"amount": "119.00", "account": "4400", "counter_account": "70001", "date": "2026-11-20"}


def lines(*bookings: dict[str, Any], **given: Any) -> list[list[str]]:
    batch = Batch.of({"consultant": 1001, "client": 456, **given}, AT)
    text = booking_batch([{**BOOKING, **each} for each in bookings or ({},)], batch).decode(ENCODING)
    assert text.endswith("\r\n")
    return [line.split(";") for line in text.split("\r\n")[:-1]]


def cell(name: str, **booking: Any) -> str:
    return lines(booking)[2][COLUMNS.index(name)]


def test_the_head_has_31_parts_in_their_order() -> None:
    head = lines(chart="03", account_length=5, final=True)[0]
    assert len(head) == 31
    assert head[:6] == ['"EXTF"', "700", "21", '"Buchungsstapel"', "13", "20261120123015007"]
    assert head[10:16] == ["1001", "456", "20260101", "5", "20261120", "20261120"]
    assert (head[18], head[20], head[21], head[26]) == ("1", "1", '"EUR"', '"03"')


def test_each_booking_has_the_125_columns_of_the_format() -> None:
    _, names, *bookings = lines({}, {"amount": "1"})
    assert tuple(names) == COLUMNS
    assert [len(each) for each in bookings] == [125, 125]
    assert (COLUMNS[9], COLUMNS[13], COLUMNS[113]) == ("Belegdatum", "Buchungstext", "Festschreibung")


@pytest.mark.parametrize(
    ("amount", "side", "written"),
    [
        ("119.00", "S", ("119,00", '"S"')),
        ("1234567.5", "H", ("1234567,50", '"H"')),
        ("-119.00", "S", ("119,00", '"H"')),
        ("-0.01", "H", ("0,01", '"S"')),
        ("12.345", "S", ("12,35", '"S"')),
    ],
)
def test_an_amount_has_a_comma_and_no_sign(amount: str, side: str, written: tuple[str, str]) -> None:
    row = lines({"amount": amount, "side": side})[2]
    assert (row[0], row[1]) == written


def test_texts_keep_to_their_letters_and_lengths() -> None:
    assert cell("Belegfeld 1", reference="RE 2026/ä-7#" + "9" * 40) == '"RE2026/-7' + "9" * 27 + '"'
    assert cell("Buchungstext", text='a "b"\r\nc' + "x" * 80) == '"a ""b"" c' + "x" * 53 + '"'
    assert cell("Buchungstext", text="€ Ü 漢") == '"€ Ü ?"'


def test_every_line_of_the_file_is_a_booking() -> None:
    assert cell("KOST1 - Kostenstelle", cost_center_1="10\r\n20") == '"10 20"'
    assert len(lines(label="two\nlines")) == 3


def test_days_are_written_as_the_columns_want_them() -> None:
    assert cell("Belegdatum") == "2011"
    assert cell("Belegfeld 2", due_date="2026-12-05") == '"051226"'
    assert cell("Leistungsdatum", service_date="2026-11-01") == "01112026"


def test_a_fiscal_year_may_begin_in_any_month() -> None:
    assert lines({"date": "2026-03-31"}, year_begins="07-01")[0][12] == "20250701"


@pytest.mark.parametrize(
    "booking",
    [
        {"amount": "0"},
        {"amount": "many"},
        {"amount": None},
        {"amount": "99999999999"},
        {"amount": "NaN"},
        {"account": "44A0"},
        {"account": ""},
        {"counter_account": "123456"},
        {"date": None},
        {"date": "20.11.2026"},
        {"side": "X"},
        {"bu_key": "12345"},
        {"currency": "USD"},
    ],
)
def test_what_the_format_does_not_take_is_refused(booking: dict[str, Any]) -> None:
    with pytest.raises(PermanentError) as refused:
        lines(booking)
    assert refused.value.code == "export_incomplete"


def test_bookings_of_two_fiscal_years_are_two_batches() -> None:
    with pytest.raises(PermanentError, match="fiscal year"):
        lines({"date": "2025-12-31"}, {"date": "2026-01-01"})


@pytest.mark.parametrize(
    "given",
    [
        {"consultant": 1},
        {"client": 0},
        {"account_length": 9},
        {"chart": "x"},
        {"year_begins": "13-01"},
        {"consultant": "x"},
        {"consultant": float("inf")},
    ],
)
def test_a_batch_with_other_numbers_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(PermanentError) as refused:
        lines(**given)
    assert refused.value.code == "action_invalid"
