"""A value is found where it stands: amounts and dates only when equal, names also when alike."""

from docflow.domain.values.kinds import FieldKind
from docflow.features.reading.grounding import Located

from tests.unit.reading.made_pages import page

INVOICE = page(
    """
Acme Tradlng GmbH
Invoice No INV-0O1
Date 3. April 2023
Net      1.000,00 EUR
Total    1.190,00 EUR
"""
)


def test_an_amount_is_found_in_its_own_spelling() -> None:
    found = Located([INVOICE]).find(FieldKind.MONEY, "1190.00")
    assert found is not None
    assert (found.score, found.page, round(found.box[1] * 60)) == (1.0, 1, 4)


def test_an_amount_with_one_digit_changed_is_not_found() -> None:
    assert Located([INVOICE]).find(FieldKind.MONEY, "1191.00") is None


def test_a_date_is_found_by_its_day() -> None:
    assert Located([INVOICE]).find(FieldKind.DATE, "2023-04-03") is not None


def test_another_day_is_not_found() -> None:
    assert Located([INVOICE]).find(FieldKind.DATE, "2023-04-04") is None


def test_a_name_with_one_letter_misread_is_found_with_a_lower_score() -> None:
    found = Located([INVOICE]).find(FieldKind.PARTY, "Acme Trading GmbH")
    assert found is not None
    assert 0.9 <= found.score < 1


def test_an_id_may_have_look_alikes_at_a_cost() -> None:
    found = Located([INVOICE]).find(FieldKind.ID, "INV-001")
    assert found is not None
    assert found.score == 0.9


def test_a_value_that_stands_nowhere_is_not_found() -> None:
    assert Located([INVOICE]).find(FieldKind.PARTY, "Somebody Else Ltd") is None


def test_of_two_places_the_quoted_line_is_taken() -> None:
    twice = page("Paid 10.00\nTotal 10.00")
    found = Located([twice]).find(FieldKind.MONEY, "10.00", quote="Total 10.00")
    assert found is not None
    assert round(found.box[1] * 60) == 1


def test_the_least_sure_word_is_told() -> None:
    found = Located([page("Total 10.00", confidence=0.7)]).find(FieldKind.MONEY, "10.00")
    assert found is not None
    assert found.weakest_word == 0.7
