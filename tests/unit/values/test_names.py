"""Names and addresses are told by their form."""

import pytest
from docflow.domain.values import names


@pytest.mark.parametrize("name", ["PINGHWAI HARUWARE", "LIVE PHARHACY SDN BHD", "TSH HARDWÀRE TRADING"])
def test_a_slip_in_a_common_word_is_seen(name: str) -> None:
    assert names.looks_misread(name)


@pytest.mark.parametrize(
    "name", ["Pinghwai Hardware", "Bäckerei Müller GmbH", "Café Zoë", "Services of Holdings"]
)
def test_a_name_of_its_own_spelling_is_no_slip(name: str) -> None:
    assert not names.looks_misread(name)


def test_a_trade_with_a_legal_form_is_no_whole_name() -> None:
    assert [
        names.is_only_generic(name) for name in ("HYPERMARKET SDN BHD", "CHECKERS HYPERMARKET SDN BHD")
    ] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Purchased on Market.com through Market Limited", True),
        ("Bank of the West and Sons Ltd", False),
        ("Sociedad de los Amigos del Libro S.A.", False),
    ],
)
def test_a_sentence_is_told_from_a_name(text: str, expected: bool) -> None:
    assert names.reads_as_sentence(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6 Medical and health care", True),
        ("PAYER'S name, street address, city or town, ZIP", True),
        ("(P= Partnership; C= C corporation", True),
        ("12 Main Street", False),
        ("7 Eleven Stores", False),
    ],
)
def test_the_caption_of_a_box_is_told_from_what_is_written_in_it(text: str, expected: bool) -> None:
    assert names.reads_as_caption(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No. 47, Jalan Meranti 1A, 44300 Batang Kali", True),
        ("Gartenweg 12 69117 Heidelberg", True),
        ("1 Station Road, London SW1A 1AA", True),
        ("44300 BATANG KALI, SELANGOR", False),
        ("No.1, Jalan Permas 10/5, Bandar Baru", False),
    ],
)
def test_an_address_is_whole_with_a_house_before_its_postcode(text: str, expected: bool) -> None:
    assert names.is_whole_address(text) is expected
