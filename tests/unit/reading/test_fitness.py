"""Free text is only sure where its form, its label or its surroundings show what it is."""

import pytest
from docflow.domain.output_schema import FieldSpec
from docflow.domain.ports.llm import Candidate
from docflow.domain.reading import TextSource
from docflow.domain.values.kinds import FieldKind
from docflow.features.reading.fitness import DOUBTFUL, PROVEN, UNPROVEN, fit_of
from docflow.features.reading.grounding import Located

from tests.unit.reading.made_pages import page


def fit(kind: FieldKind, text: str, drawn: str, *, label: bool | None = None, sure: float = 1.0) -> float:
    located = Located([page(drawn, source=TextSource.OCR, confidence=sure)])
    spec = FieldSpec("field", kind)
    place = located.find(kind, text, page=1)
    return fit_of(spec, Candidate(text, 1, "", label), place, located)


def test_a_firm_shows_itself_by_its_legal_form() -> None:
    assert fit(FieldKind.PARTY, "Netlify, Inc.", "Netlify, Inc.") == PROVEN


def test_a_name_shows_itself_by_the_address_under_it() -> None:
    drawn = "Fabrikam Residences\n345 Willow Street\nLarch, TX, 98342"
    assert fit(FieldKind.PARTY, "Fabrikam Residences", drawn) == PROVEN


def test_a_word_with_a_date_under_it_is_no_proven_name() -> None:
    drawn = "SUBSCRIPTION\nBilling period 3 Sep 13, 2022 to Sep 13, 2023"
    assert fit(FieldKind.PARTY, "SUBSCRIPTION", drawn) == UNPROVEN


def test_a_misread_word_in_a_scanned_name_makes_it_doubtful() -> None:
    name = "LIVE PHARHACY SDN BHD"
    assert [fit(FieldKind.PARTY, name, name, sure=sure) for sure in (0.99, 1.0)] == [UNPROVEN, PROVEN]


def test_a_caption_is_no_name() -> None:
    text = "RECIPIENT'S name, street address, city"
    assert fit(FieldKind.PARTY, text, text, label=True) == DOUBTFUL


def test_half_an_address_is_unproven() -> None:
    assert fit(FieldKind.ADDRESS, "44300 BATANG KALI", "44300 BATANG KALI") == UNPROVEN


@pytest.mark.parametrize(("label", "expected"), [(True, PROVEN), (None, UNPROVEN)])
def test_text_and_numbers_need_their_label(label: bool | None, expected: float) -> None:
    assert [fit(kind, "A-17", "A-17", label=label) for kind in (FieldKind.TEXT, FieldKind.ID)] == [
        expected,
        expected,
    ]


def test_words_behind_the_trade_of_a_scanned_name_may_be_a_stamp() -> None:
    drawn = "{}\n345 Willow Street\nLarch, TX, 98342"
    names = ("YONG CEN ENTERPRISE", "YONG CEN ENTERPRISE POSTED")
    assert [fit(FieldKind.PARTY, name, drawn.format(name), sure=0.99) for name in names] == [PROVEN, UNPROVEN]


def test_an_amount_of_many_decimals_is_no_proven_money() -> None:
    assert [fit(FieldKind.MONEY, text, text, label=True) for text in ("29.76600", "29.77")] == [
        UNPROVEN,
        PROVEN,
    ]


def test_the_number_of_a_box_is_no_proven_text() -> None:
    assert [fit(FieldKind.TEXT, text, text, label=True) for text in ("17", "Unit?", "Blue")] == [
        UNPROVEN,
        DOUBTFUL,
        PROVEN,
    ]
