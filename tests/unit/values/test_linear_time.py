"""A line of a document is the sender's to choose: no length and no form of it keeps a reader busy."""

import pytest
from docflow.domain.lines import Line
from docflow.domain.page_values import values_in
from docflow.domain.plain_secrets import plain_secrets
from docflow.domain.reading import Page, TextSource, Word
from docflow.domain.summary_lines import only_sums_up, summary_of
from docflow.domain.values.kinds import FieldKind, canonical
from docflow.features.vendor_memory.places import Place, Relation, Sheet, shape_of, sightings

pytestmark = pytest.mark.timeout(20)

LONG = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONG,
        "a.@" * LONG,
        "1" + " " * LONG + "1",
        "1," * LONG,
        "1.1.20 " * 2_000,
        "no " * 20_000,
        "DE12 " * 20_000,
    ],
    ids=["word", "at signs", "blanks", "commas", "days", "words", "account numbers"],
)
@pytest.mark.parametrize("kind", FieldKind)
def test_a_long_value_is_read_at_once(kind: FieldKind, text: str) -> None:
    canonical(kind, text)


@pytest.mark.parametrize("text", ["a." * LONG, "1" * LONG, "1," * LONG, "RM" * LONG])
@pytest.mark.parametrize("kind", FieldKind)
def test_a_long_line_is_searched_at_once(kind: FieldKind, text: str) -> None:
    list(values_in(Line(1, (Word(text, (0.0, 0.0, 1.0, 0.1)),), 1.4), kind))


@pytest.mark.parametrize("word", ["incl1111", "page", "adj1_1", "of the"])
def test_a_line_of_many_summing_words_is_told_at_once(word: str) -> None:
    text = f"total {f'{word} ' * 2_000}station hire"
    assert summary_of(text) is not None
    assert not only_sums_up(text)


@pytest.mark.parametrize(
    "text", [" " * LONG, "\u00a0" * LONG, "- " * LONG, "sub" + "\u00a0" * LONG, "sous -" + " " * LONG]
)
def test_a_line_of_blanks_sums_up_nothing(text: str) -> None:
    assert summary_of(text) is None


def test_an_address_of_many_colons_is_no_secret_and_told_at_once() -> None:
    assert list(plain_secrets("x://" + ":" * LONG)) == []


def test_a_number_learnt_in_groups_is_looked_for_at_once() -> None:
    shape = shape_of(FieldKind.ID, "12 34 56 78 90 12 34 56 78 90")
    place = Place(Relation.RIGHT, "Number", 1, (0.1, 0.1, 0.5, 0.2), shape=shape)
    words = (Word("Number", (0.1, 0.1, 0.2, 0.12)), Word("1" * 300 + "x", (0.22, 0.1, 0.9, 0.12)))
    sheet = Sheet([Page(1, 600, 800, words, TextSource.TEXT_LAYER)])
    assert sightings(sheet, FieldKind.ID, place) == []
