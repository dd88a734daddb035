import pytest
from docflow.domain.drawn_values import (
    MOST_VALUES,
    Stated,
    contradicted,
    differing,
    is_doubtful,
    stated_values,
)
from docflow.domain.outcomes import Place
from docflow.domain.output_schema import shape_of
from docflow.domain.reading import FieldSource, Page, ReadField, TextSource, Word

PLACE = Place(1, (0.1, 0.2, 0.3, 0.22))
MONEY, DATE = {"type": "string", "x-kind": "money"}, {"type": "string", "x-kind": "date"}


def stated(text: str) -> Stated:
    return Stated("grand_total", text, PLACE)


def told(text: str, first: tuple[str, float], second: tuple[str, float]) -> list[str]:
    one = stated(text)
    looks = [(one, first, second)] if is_doubtful(one, first) else []
    return [flag.code for flag in contradicted(looks)]


def test_other_figures_that_two_looks_agree_on_are_told_with_both_texts_and_the_place() -> None:
    (flag,) = contradicted([(stated("1,190.00"), ("9,190.00", 0.99), ("9,190.00", 0.98))])
    assert (flag.code, flag.family, flag.score) == ("text_layer_mismatch", "content", 0.6)
    assert flag.evidence["values"] == [
        {
            "field": "grand_total",
            "text": "1,190.00",
            "picture": "9,190.00",
            "page": 1,
            "box": [0.1, 0.2, 0.3, 0.22],
        }
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("1,190.00", 0.99), ("", 0.0)),
        (("EUR1.190,00", 0.99), ("", 0.0)),
        (("1,19O.OO", 0.99), ("", 0.0)),
        (("9,190.00", 0.89), ("9,190.00", 0.99)),
        (("9,190.00", 0.99), ("9,190.00", 0.89)),
        (("9,190.00", 0.99), ("8,190.00", 0.99)),
        (("9,190.00", 0.99), ("1,190.00", 0.99)),
        (("", 0.0), ("", 0.0)),
        (("paid", 0.99), ("paid", 0.99)),
    ],
    ids=["same", "otherwise written", "letters like figures", "first unsure", "second unsure", "two answers",
         "second is right", "nothing seen", "no figures"],
)  # fmt: skip
def test_what_is_unsure_or_only_looks_otherwise_is_not_told(
    first: tuple[str, float], second: tuple[str, float]
) -> None:
    assert told("1,190.00", first, second) == []


@pytest.mark.parametrize(
    ("shown", "apart"),
    [
        ("1,190.00 190.00", ()),
        ("EUR1.190,00190,00", ()),
        ("1,190.00 19O.OO", ()),
        ("1,190.00 790.00", ("1,190.00", "190.00")),
        ("1,190.00", ("1,190.00", "190.00")),
        ("", ("1,190.00", "190.00")),
    ],
    ids=["same", "run together", "letters like figures", "one other figure", "one unread", "nothing seen"],
)
def test_values_of_a_strip_are_looked_at_one_by_one_where_it_does_not_show_what_is_stated(
    shown: str, apart: tuple[str, ...]
) -> None:
    values = [stated("1,190.00"), stated("7"), stated("190.00")]
    found = differing(values, [((0, 2), (shown, 0.99)), ((1,), ("7", 0.5))])
    assert tuple(one.text for one in found) == apart


def page(*words: Word) -> Page:
    return Page(1, 600, 800, words, TextSource.TEXT_LAYER)


def read(value: str, box: tuple[float, float, float, float], number: int = 1) -> ReadField:
    return ReadField(value, 0.95, FieldSource.TEXT_LAYER, page=number, box=box)


def test_a_value_on_two_lines_is_looked_at_line_by_line() -> None:
    upper, lower = Word("DE89 3704", (0.1, 0.10, 0.3, 0.12)), Word("0044 0532", (0.1, 0.14, 0.3, 0.16))
    shape = shape_of({"type": "object", "properties": {"iban": {"type": "string"}}})
    found = stated_values(shape, {"iban": read("DE89", (0.1, 0.1, 0.3, 0.16))}, [page(upper, lower)])
    assert [(one.text, one.place.box) for one in found] == [
        ("DE89 3704", upper.box),
        ("0044 0532", lower.box),
    ]


def test_accounts_and_totals_come_first_and_the_number_of_looks_is_bounded() -> None:
    names = [f"part_{number}" for number in range(12)]
    kinds = {"day": DATE, **dict.fromkeys(names, MONEY), "grand_total": MONEY}
    words = [Word(f"{number}.00", (0.1, number / 20, 0.2, number / 20 + 0.02)) for number in range(14)]
    fields = {name: read("1.00", word.box) for name, word in zip(kinds, words, strict=True)}
    found = stated_values(shape_of({"type": "object", "properties": kinds}), fields, [page(*words)])
    assert [one.field for one in found] == ["grand_total", *names[: MOST_VALUES - 1]]


def test_one_place_that_states_two_fields_is_looked_at_once() -> None:
    word = Word("7.00", (0.1, 0.1, 0.2, 0.12))
    shape = shape_of({"type": "object", "properties": {"amount_due": MONEY, "grand_total": MONEY}})
    fields = dict.fromkeys(("amount_due", "grand_total"), read("7.00", word.box))
    assert len(stated_values(shape, fields, [page(word)])) == 1


def test_values_without_a_place_on_a_text_layer_are_not_looked_at() -> None:
    shape = shape_of({"type": "object", "properties": {"grand_total": MONEY, "amount_due": MONEY}})
    scanned = read("7.00", (0.1, 0.1, 0.2, 0.12), number=2)
    fields = {"grand_total": scanned, "amount_due": ReadField(None, 0.5, FieldSource.XML)}
    assert stated_values(shape, fields, [page()]) == ()
