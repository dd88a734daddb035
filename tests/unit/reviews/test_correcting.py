"""What a reviewer puts right, put into a reading."""

from typing import Any

import pytest
from docflow.domain.correcting import Cell, Given, Typed, corrected, put_right, typed_by
from docflow.domain.corrections import Cause, CorrectedField
from docflow.domain.errors import UserError
from docflow.domain.outcomes import Place
from docflow.domain.typing_values import same
from hypothesis import given
from hypothesis import strategies as st

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "x-kind": "id"},
        "issue_date": {"type": "string", "format": "date"},
        "grand_total": {"type": ["string", "number", "null"], "x-kind": "money"},
        "pages": {"type": "integer"},
        "paid": {"type": "boolean"},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "description": {"type": "string"},
                    "quantity": {"type": "number"},
                    "line_total": {"type": "string", "x-kind": "money"},
                },
            },
        },
    },
    "required": ["grand_total"],
}


def read(value: object, confidence: float = 0.6, **more: object) -> dict[str, Any]:
    box = {"page": 1, "box": [0.1, 0.1, 0.2, 0.2], "source": "ocr", "text": str(value), "checks": []}
    return {"value": value, "confidence": confidence, **box, **more}


def row(name: str, total: str) -> dict[str, Any]:
    return {"description": read(name), "line_total": read(total)}


READING: dict[str, Any] = {
    "fields": {"grand_total": read("10.00"), "invoice_number": read("001")},
    "tables": {"line_items": [row("bolts", "4.00"), row("nuts", "6.00"), row("washers", "1.00")]},
    "gaps": [{"code": "rows_missed", "field": "line_items", "message": ""}],
}


def right(**sent: Any) -> Typed:
    return typed_by(SCHEMA, Given(**sent), READING)


TYPED = {
    "an amount as printed": ("grand_total", "1.234,56 €", "1234.56"),
    "an amount as a number": ("grand_total", 119.5, "119.5"),
    "a date of one of the ways": ("issue_date", "30.11.2026", "2026-11-30"),
    "a number of an invoice": ("invoice_number", 4711, "4711"),
    "true": ("paid", True, True),
    "a word for it": ("paid", "ja", True),
    "nothing": ("grand_total", None, None),
    "blanks": ("grand_total", "  ", None),
    "a whole number": ("pages", "3", "3"),
}


@pytest.mark.parametrize(("name", "sent", "typed"), TYPED.values(), ids=TYPED)
def test_a_value_is_taken_in_the_form_of_its_field(name: str, sent: object, typed: object) -> None:
    assert right(fields={name: sent}).fields == {name: typed}


REFUSED = {
    "no amount": ({"fields": {"grand_total": "a lot"}}, "/fields/grand_total"),
    "no date": ({"fields": {"issue_date": "soon"}}, "/fields/issue_date"),
    "no whole number": ({"fields": {"pages": 1.5}}, "/fields/pages"),
    "a list for a field": ({"fields": {"grand_total": ["1"]}}, "/fields/grand_total"),
    "true for an amount": ({"fields": {"grand_total": True}}, "/fields/grand_total"),
    "unknown field": ({"fields": {"note/a": "1"}}, "/fields/note~1a"),
    "unknown table": ({"tables": {"others": []}}, "/tables/others"),
    "no rows": ({"tables": {"line_items": "none"}}, "/tables/line_items"),
    "unknown column": ({"tables": {"line_items": [{}, {"x": 1}]}}, "/tables/line_items/1/x"),
    "a cell of a wrong type": (
        {"tables": {"line_items": [{"quantity": "many"}]}},
        "/tables/line_items/0/quantity",
    ),
    "a row that is none": ({"cells": [Cell("line_items", 3, "quantity", 1)]}, "/cells/0/row"),
    "a column that is none": ({"cells": [Cell("line_items", 0, "x", 1)]}, "/cells/0/column"),
    "a place of nothing": (
        {"fields": {"paid": True}, "places": {"pages": Place(1, (0, 0, 1, 1))}},
        "/places/pages",
    ),
}


@pytest.mark.parametrize(("sent", "pointer"), REFUSED.values(), ids=REFUSED)
def test_what_the_schema_does_not_take_is_refused_with_its_place(sent: dict[str, Any], pointer: str) -> None:
    with pytest.raises(UserError) as refused:
        right(**sent)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


def test_of_a_decision_pointers_lead_into_its_corrections() -> None:
    with pytest.raises(UserError) as refused:
        typed_by(SCHEMA, Given({"grand_total": "x"}, root="/corrections"), READING)
    assert [problem.pointer for problem in refused.value.problems] == ["/corrections/grand_total"]


def test_a_corrected_value_is_a_persons_and_keeps_how_it_was_read() -> None:
    found = {"grand_total": CorrectedField(None, 2, (0.5, 0.5, 0.6, 0.6))}
    result, changes = corrected(READING, SCHEMA, right(fields={"grand_total": "12"}), found)
    total = result["fields"]["grand_total"]
    assert (total["value"], total["confidence"], total["source"]) == ("12", 1.0, "human")
    assert (total["page"], total["box"]) == (2, [0.5, 0.5, 0.6, 0.6])
    assert total["read"] == {"value": "10.00", "confidence": 0.6, "source": "ocr"}
    assert [(one.path, one.cause) for one in changes] == [("grand_total", Cause.WRONG_CANDIDATE)]
    assert result["data"]["grand_total"] == "12"


def test_a_place_that_the_reviewer_saw_comes_first() -> None:
    found = {"grand_total": CorrectedField(None, 2, (0.5, 0.5, 0.6, 0.6))}
    given_place = right(fields={"grand_total": "12"}, places={"grand_total": Place(3, (0.1, 0.2, 0.3, 0.4))})
    result, _ = corrected(READING, SCHEMA, given_place, found)
    assert result["fields"]["grand_total"]["page"] == 3


def test_a_value_that_was_right_is_vouched_for_and_no_change() -> None:
    result, changes = corrected(READING, SCHEMA, right(fields={"grand_total": "10"}), {})
    assert changes == ()
    assert result["fields"]["grand_total"]["confidence"] == 1.0


def test_zeros_before_a_number_of_an_invoice_count() -> None:
    assert not same("001", "1")
    assert not same("10.00", "10.01")
    assert not same("ACME", None)
    assert same("10.00", 10)
    assert same("ACME ", "ACME")
    assert same(" ", None)


def test_a_removed_row_leaves_the_places_of_the_others_alone() -> None:
    rows = [{"description": "bolts", "line_total": "4.00"}, {"description": "washers", "line_total": "1.00"}]
    result, changes = corrected(READING, SCHEMA, right(tables={"line_items": rows}), {})
    before = READING["tables"]["line_items"]
    assert result["tables"]["line_items"] == [before[0], before[2]]
    assert [(one.path, one.after) for one in changes] == [("line_items[1]", None)]
    assert result["gaps"] == []


def test_an_added_row_and_a_changed_cell_are_told_apart() -> None:
    rows = [
        {"description": "bolts", "line_total": "4.50"},
        {"description": "nuts", "line_total": "6.00"},
        {"description": "washers", "line_total": "1.00"},
        {"description": "oil", "line_total": "9.00", "quantity": 2},
    ]
    result, changes = corrected(READING, SCHEMA, right(tables={"line_items": rows}), {})
    assert [one.path for one in changes] == ["line_items[0].line_total", "line_items[3]"]
    assert result["tables"]["line_items"][0]["description"]["source"] == "ocr"
    assert result["tables"]["line_items"][3]["quantity"]["source"] == "human"


def test_one_cell_can_be_put_right_alone() -> None:
    result, changes = corrected(
        READING, SCHEMA, right(cells=[Cell("line_items", 1, "line_total", "7,00")]), {}
    )
    assert [one.path for one in changes] == ["line_items[1].line_total"]
    assert result["tables"]["line_items"][1]["line_total"]["value"] == "7.00"


def test_the_primary_document_shows_the_same_values_as_its_process() -> None:
    extraction = {
        **READING,
        "document_id": "a",
        "documents": [{"document_id": "a", **READING}, {"document_id": "b", "fields": {}, "tables": {}}],
    }
    result, _ = put_right(extraction, SCHEMA, right(fields={"grand_total": "12"}), {})
    assert result["documents"][0]["fields"] == result["fields"]
    other, changes = put_right(extraction, SCHEMA, right(fields={"grand_total": "9"}), {}, "b")
    assert other["fields"] == READING["fields"]
    assert other["documents"][1]["fields"]["grand_total"]["value"] == "9"
    assert [one.cause for one in changes] == [Cause.MISSING]
    with pytest.raises(UserError):
        put_right(extraction, SCHEMA, right(fields={"grand_total": "9"}), {}, "c")


def test_a_table_put_right_in_one_document_is_still_incomplete_in_another() -> None:
    gap = {"code": "rows_missing", "field": "line_items", "message": "1 row was seen"}
    extraction = {
        **READING,
        "document_id": "a",
        "gaps": [gap, gap],
        "documents": [
            {"document_id": "a", **READING, "gaps": [gap]},
            {"document_id": "b", "fields": {}, "tables": {}, "gaps": [gap]},
        ],
    }
    rows = [{"description": "bolts", "line_total": "1.00"}]
    result, _ = put_right(extraction, SCHEMA, right(tables={"line_items": rows}), {})
    assert result["gaps"] == [gap]
    assert [one["gaps"] for one in result["documents"]] == [[], [gap]]


amounts = st.decimals(min_value=0, max_value=999, places=2).map(str)
table_rows = st.lists(
    st.fixed_dictionaries({"description": st.sampled_from(["bolts", "nuts", "oil"]), "line_total": amounts}),
    max_size=6,
)


@given(before=table_rows, after=table_rows)
def test_whatever_rows_are_sent_are_the_rows_afterwards(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    reading = {"fields": {}, "tables": {"line_items": [row(**_named(one)) for one in before]}}
    sent = typed_by(SCHEMA, Given(tables={"line_items": after}), reading)
    result, changes = corrected(reading, SCHEMA, sent, {})
    shown = [{name: cell["value"] for name, cell in one.items()} for one in result["tables"]["line_items"]]
    wanted = sent.tables["line_items"]
    assert len(shown) == len(wanted)
    for one, other in zip(shown, wanted, strict=True):
        assert one["description"] == other["description"]
        assert same(one["line_total"], other["line_total"])
    again, none = corrected(result, SCHEMA, sent, {})
    assert none == ()
    assert again["tables"] == result["tables"]
    if not changes:
        assert result["tables"] == reading["tables"]


def _named(one: dict[str, Any]) -> dict[str, Any]:
    return {"name": one["description"], "total": one["line_total"]}
