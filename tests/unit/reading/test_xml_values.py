"""What the elements of an e-invoice may hold, and what is no value of theirs."""

import pytest
from docflow_ocr.e_invoice.nodes import day, exact


@pytest.mark.parametrize(
    ("written", "read"),
    [("119", "119"), ("-0.50", "-0.50"), ("+7.", "7"), (".5", "0.5"), ("007.10", "7.10")],
)
def test_a_decimal_of_xml_keeps_its_digits(written: str, read: str) -> None:
    assert exact(written) == read


@pytest.mark.parametrize(
    "written",
    ["1E999999999", "1e3", "1_000", "1,000.00", "\uff11\uff12", "NaN", "-", "", "1 000", "9" * 31, None],
)
def test_what_is_no_decimal_of_xml_is_no_amount(written: str | None) -> None:
    assert exact(written) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20180305", "2018-03-05"),
        ("2018-03-05", "2018-03-05"),
        ("2018-03-05+01:00", "2018-03-05"),
        ("2018-03-05T00:00:00Z", "2018-03-05"),
        ("20180230", None),
        ("99999999", None),
        ("05.03.2018", None),
        (None, None),
    ],
)
def test_a_day_is_one_of_the_calendar(written: str | None, read: str | None) -> None:
    assert day(written) == read
