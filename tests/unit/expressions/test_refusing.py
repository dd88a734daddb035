import pytest
from docflow.domain.expressions.expression import compiled
from docflow.domain.expressions.faults import ExpressionInvalid
from docflow.domain.expressions.types import ListOf, Plain, Record
from hypothesis import given
from hypothesis import strategies as st

ROW = Record({"total": Plain.NUMBER, "name": Plain.TEXT})
NAMES = Record(
    {
        "gross": Plain.NUMBER,
        "due": Plain.DATE,
        "currency": Plain.TEXT,
        "paid": Plain.BOOLEAN,
        "seller": Record({"name": Plain.TEXT}),
        "rows": ListOf(ROW),
        "documents": ListOf(Record({"type": Plain.TEXT}, others=Plain.ANY)),
    }
)


@pytest.mark.parametrize(
    ("source", "position"),
    [
        ("", 1),
        ("gross >", 8),
        ("gross > (1", 11),
        ("gross @ 1", 7),
        ("gross > 12x", 9),
        ("'open", 1),
        ("'\\q' == 'a'", 1),
        ("1 < 2 < 3", 3),
        ("rows.all(row)", 13),
        ("rows.all(1, true)", 10),
        ("a.all(b, b.all(c, c.all(d, d)))", 21),
        ("nobody(1)", 1),
        ("abs()", 1),
        ("all(rows, true)", 1),
        ("has(1 + 1)", 1),
        ("1e40 > 1", 1),
        ("1e99999999999999999999 > 1", 1),
        ("0e-99999999999999999999 > 1", 1),
        ("gross > 1 gross", 11),
        ("(" * 31 + "1" + ")" * 31, 31),
        ("!" * 31 + "true", 30),
        ("x" * 1_001, 1_001),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(source: str, position: int) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        compiled(source)
    assert refused.value.position == position


@pytest.mark.parametrize(
    ("source", "position", "told"),
    [
        ("gros > 1", 1, "gros, which is not known"),
        ("seller.nam == 'a'", 8, "nam, which is not known"),
        ("rows.all(row, row.totl > 1)", 19, "totl, which is not known"),
        ("gross == 'a'", 10, "a number with a text"),
        ("gross > due", 9, "a number with a date"),
        ("paid < true", 1, "< does not take"),
        ("gross && paid", 1, "&& does not take"),
        ("gross + currency > 1", 9, "+ stands between"),
        ("due + due == due", 7, "+ stands between"),
        ("gross - gross", 1, "not yes or no"),
        ("!gross", 2, "! takes"),
        ("-paid < 1", 2, "- takes"),
        ("gross.name == 1", 7, "asks a number for name"),
        ("currency.all(x, true)", 1, "all takes a list"),
        ("rows.all(row, row.total)", 19, "all takes a yes or no"),
        ("sum(rows.map(row, row.name)) > 1", 1, "sum takes numbers"),
        ("size(gross) > 1", 6, "size takes"),
        ("gross in ['a']", 10, "in does not take"),
        ("[1, 'a'] == [1]", 5, "puts a text"),
        ("paid ? 1 : 'a'", 12, "puts a text"),
        ("rows['a'].total > 1", 6, "[] takes"),
    ],
)
def test_what_does_not_fit_its_names_is_refused_with_its_place(source: str, position: int, told: str) -> None:
    with pytest.raises(ExpressionInvalid) as refused:
        compiled(source).check(NAMES)
    assert (refused.value.position, told in str(refused.value)) == (position, True)


@pytest.mark.parametrize(
    "source",
    [
        "gross > 1 && currency == 'EUR'",
        "due - date('2026-01-01') < 30",
        "documents.exists(d, d.type == 'order' && d.anything > gross)",
        "rows.map(row, row.total).exists(total, total > gross)",
        "sum(rows.map(row, row.total)) == gross",
        "max(rows.map(row, row.total)) < 5 || has(seller.name)",
        "gross == null || paid",
        "[] == rows || size([]) == 0",
    ],
)
def test_what_fits_is_taken(source: str) -> None:
    compiled(source).check(NAMES)


_WORDS = ["gross", "rows", "row", "1", "'a'", "+", "-", "*", "/", "<", "==", "&&", "||", "!", "(", ")", "[", "]",
          ".", ",", "?", ":", "all", "has", "size", "in", "null", "seller", "name", "true"]  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=60).map("".join) | st.text(max_size=80))
def test_any_text_is_either_refused_or_can_be_asked(source: str) -> None:
    try:
        expression = compiled(source)
        expression.check(NAMES)
    except ExpressionInvalid:
        return
    assert expression.names <= NAMES.names.keys()
