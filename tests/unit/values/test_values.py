"""Printed values come out in one canonical form, whatever the locale; what is not a value is none."""

from datetime import date
from decimal import Decimal

import pytest
from docflow.domain.values.currency import is_currency, parse_currency
from docflow.domain.values.dates import find_dates, parse_date
from docflow.domain.values.iban import find_ibans, parse_iban, valid_iban
from docflow.domain.values.ids import parse_id
from docflow.domain.values.kinds import FieldKind, canonical, lookalike_key
from docflow.domain.values.money import parse_amount, parse_quantity, parse_rate, plain
from docflow.domain.values.vat import find_vats, parse_vat, valid_vat
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("1,234.50", "1234.50"), ("1.234,50 EUR", "1234.50"), ("RM 9.00", "9.00"), ("RM9.00", "9.00"), ("12,5", "12.5"),
        ("1.234", "1234"), ("0.125", "0.125"), ("(4.10)", "-4.10"), ("3,20-", "-3.20"), ("-3.20", "-3.20"),
        ("$-1", "-1"), ("1'234.00", "1234.00"), ("1 234,00 €", "1234.00"), ("1.234.567", "1234567"), (".50", "0.50"),
        ("€99.00", "99.00"), ("$144.00 (USD)", "144.00"), ("($144.00)", "-144.00"), ("2.177,76", "2177.76"),
        ("1\u00a0234,00", "1234.00"), ("−5,00", "-5.00"), ("US$ 75.87", "75.87"),
        ("12. 50", "12.50"), ("000.125", "0.125"), ("1,00,000", "100000"), ("1,00,000.50", "100000.50"),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_any_usual_locale(printed: str, amount: str) -> None:
    assert plain(parse_amount(printed) or Decimal("NaN")) == amount


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "none",
        "12.34.56",
        "3 items",
        "1.00 2.00",
        "1,23,4",
        "INV-12",
        "12 34",
        "2023-04-05",
        "3.50 120",
        "1.5 200",
        "1,23 4",
        "2.1,5",
        "12.2.3,4",
    ],
)
def test_what_states_no_single_amount_is_none(printed: str) -> None:
    assert parse_amount(printed) is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([",.", ".,", " ,", "'."]))
def test_an_amount_printed_in_a_locale_reads_back(amount: Decimal, marks: str) -> None:
    printed = f"{amount:,.2f}".replace(",", "\0").replace(".", marks[1]).replace("\0", marks[0])
    assert parse_amount(printed) == amount


@given(
    st.lists(st.decimals(0, 10**6, places=2), min_size=2, max_size=3),
    st.sampled_from([" ", "  ", "\n", " / ", " + "]),
)
def test_several_amounts_are_never_read_as_one(amounts: list[Decimal], between: str) -> None:
    assert parse_amount(between.join(f"{amount:.2f}" for amount in amounts)) is None


@pytest.mark.parametrize(
    ("printed", "rate"), [("(19 %)", 19), ("( 7,5% )", Decimal("7.5")), ("-3 %", -3), ("(-3 %)", -3)]
)
def test_brackets_around_a_rate_are_no_sign(printed: str, rate: int | Decimal) -> None:
    assert parse_rate(printed) == rate


@given(st.integers(0, 100), st.integers(0, 999), st.sampled_from(["%", " % ", " ", "% "]))
def test_several_rates_are_never_read_as_one(one: int, other: int, between: str) -> None:
    read = parse_rate(f"{one}{between}{other:03d} %")
    # "19 000 %" is a number in groups.
    assert read is None or ("%" not in between and read == one * 1000 + other)


@given(
    st.decimals(0, 10**6, places=2),
    st.sampled_from(["pcs", "h", "Stk.", "kg", ""]),
    st.sampled_from(["", " "]),
)
def test_a_quantity_reads_back_with_its_unit(amount: Decimal, unit: str, blank: str) -> None:
    assert parse_quantity(f"{amount:.2f}{blank}{unit}") == amount


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("25/12/2018", "2018-12-25"), ("2018-12-25", "2018-12-25"), ("12/25/2018", "2018-12-25"),
        ("3.4.19", "2019-04-03"), ("20180304", "2018-03-04"), ("4 March 2018 10:22", "2018-03-04"),
        ("Mar 4, 2018", "2018-03-04"), ("1. März 2020", "2020-03-01"), ("15 février 2021", "2021-02-15"),
        ("12 juin 2021", "2021-06-12"), ("3 juillet 2021", "2021-07-03"), ("25-DEC-18", "2018-12-25"),
        ("03/04/2018 10:11:12", "2018-04-03"), ("05 Sept. 2022", "2022-09-05"), ("13/01/98", "1998-01-13"),
        ("2 de enero de 2024", "2024-01-02"), ("1º de março de 2023", "2023-03-01"), ("Date: Apr 29, 2023", "2023-04-29"),
        ("13 Sep, 2022 06:04 EDT", "2022-09-13"), ("30.08.2018 - 13:52", "2018-08-30"),
        ("May 12, 2018: due", "2018-05-12"), ("12 May 18: due", "2018-05-12"),
    ],
)  # fmt: skip
def test_a_day_is_read_in_any_usual_order_and_language(printed: str, day: str) -> None:
    assert parse_date(printed) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "printed",
    ["n/a", "31.02.2020", "1.2.3", "12:30", "page 3 of 2018", "03 4567 1990", "12 May 10:30", "12.05. 10:30"],
)
def test_what_states_no_day_is_none(printed: str) -> None:
    assert parse_date(printed) is None


def test_a_day_that_could_be_swapped_is_marked_ambiguous() -> None:
    assert [found.ambiguous for found in find_dates("03/04/2018 and 25/04/2018")] == [True, False]


def test_the_caller_says_whether_the_month_comes_first() -> None:
    assert parse_date("03/04/2018", day_first=False) == date(2018, 3, 4)


@given(
    st.dates(date(1970, 1, 1), date(2069, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y", "%d %B %Y", "%B %d, %Y"]),
)
def test_a_printed_day_reads_back(day: date, form: str) -> None:
    assert parse_date(day.strftime(form)) == day


def test_an_account_number_is_read_with_blanks_and_label() -> None:
    assert parse_iban("IBAN: DE79 0000 0000 1234 5678 90 BIC ABC") == "DE79000000001234567890"


@pytest.mark.parametrize(
    ("printed", "numbers"),
    [
        ("Ref RE24 IBAN DE79 0000 0000 1234 5678 90", ["DE79000000001234567890"]),
        (
            "DE79 0000 0000 1234 5678 90 GB82 WEST 1234 5698 7654 32",
            ["DE79000000001234567890", "GB82WEST12345698765432"],
        ),
        ("OM81 0180 0000 0129 9123 456", ["OM810180000001299123456"]),
    ],
)
def test_every_account_number_of_a_line_is_found(printed: str, numbers: list[str]) -> None:
    assert find_ibans(printed) == numbers


def test_an_account_number_with_a_wrong_digit_is_none() -> None:
    assert parse_iban("DE78000000001234567890") is None


@given(st.integers(0, 10**18 - 1))
def test_every_german_account_number_with_its_check_digits_is_valid(number: int) -> None:
    body = f"{number:018d}"
    check = 98 - int(body + "131400") % 97
    assert valid_iban(f"DE{check:02d}{body}")


@given(st.text(max_size=80))
def test_no_text_breaks_a_parser(text: str) -> None:
    for kind in FieldKind:
        canonical(kind, text)
    find_ibans(text)
    find_vats(text)


@pytest.mark.parametrize(
    ("printed", "number", "valid"),
    [
        ("VAT Number DE355369209", "DE355369209", True), ("USt-IdNr. DE 123 456 789", "DE123456789", False),
        ("ATU72706128", "ATU72706128", True), ("IE 98 209 58W", "IE9820958W", None), ("FR 40 303 265 045", "FR40303265045", True),
        ("EU203000373", "EU203000373", None), ("VAT No DE355369209", "DE355369209", True), ("VAT NO 123 4567 89", None, None),
        ("NO123456785", "NO123456785", None), ("Org.nr. NO 123 456 785 MVA", "NO123456785MVA", None),
    ],
)  # fmt: skip
def test_a_vat_number_is_read_and_checked(printed: str, number: str | None, valid: bool | None) -> None:
    found = parse_vat(printed)
    assert (found, valid_vat(found) if found else None) == (number, valid)


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("EUR", "EUR"),
        ("€99.00", "EUR"),
        ("RM9.00", "MYR"),
        ("HK$ 3", "HKD"),
        ("$5 (USD)", "USD"),
        ("USD EUR", None),
        ("no", None),
        ("xof", "XOF"),
        ("pay all", None),
    ],
)
def test_a_currency_is_named_by_code_sign_or_word(printed: str, code: str | None) -> None:
    assert parse_currency(printed) == code


@pytest.mark.parametrize("code", ["EUR", "XOF", "DZD", "BOB"])
def test_a_code_of_the_standard_is_a_currency_though_no_page_is_searched_for_it(code: str) -> None:
    assert is_currency(code)
    assert parse_amount(f"{code} 5") == (Decimal(5) if code == "EUR" else None)


def test_an_id_loses_the_marks_around_it() -> None:
    assert parse_id(" #: INV-001 ") == "INV-001"


def test_look_alikes_share_a_key() -> None:
    assert lookalike_key("INVO01") == lookalike_key("1NV00I")


def test_a_kind_gives_its_canonical_form() -> None:
    assert [
        canonical(FieldKind.RATE, "19 %"),
        canonical(FieldKind.QUANTITY, "2 pcs"),
        canonical(FieldKind.EMAIL, "mail: A@b.de"),
        canonical(FieldKind.BOOLEAN, "☒"),
        canonical(FieldKind.PARTY, " Acme \n Ltd "),
    ] == ["19", "2", "a@b.de", True, "Acme Ltd"]
