from typing import Any

import pytest
from docflow.domain.errors import PermanentError
from docflow.domain.target_mapping import Source, flat, mapped, mapping_problems
from docflow.testing.jobs import read_field

RESULT = {
    "fields": {
        "total": read_field("119.00"),
        "seller.name": read_field("Nord"),
        "paid": read_field("true"),
        "weight": read_field("12.5"),
        "odd": read_field("NaN"),
    },
    "tables": {"line_items": [{"text": read_field("a")}, {"text": read_field("b")}]},
    "data": {"seller": {"name": "Nord"}, "total": 119.0},
}
SOURCE = Source(RESULT, {"process_id": "p", "external_id": None, "date": "2026-11-20"})


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("fields.total", "119.00"),
        ("fields.seller.name", "Nord"),
        ("fields.absent", None),
        ("data.seller.name", "Nord"),
        ("data.seller.__class__", None),
        ("process_id", "p"),
        ({"from": "fields.total", "as": "number"}, 119),
        ({"from": "fields.total", "as": "integer"}, 119),
        ({"from": "fields.paid", "as": "boolean"}, True),
        ({"from": "fields.absent", "default": 0}, 0),
        ({"const": [1]}, [1]),
        ({"template": "{{fields.total}} of {{date}}{{fields.absent}}"}, "119.00 of 2026-11-20"),
        ({"each": "tables.line_items", "map": {"t": "row.text"}}, [{"t": "a"}, {"t": "b"}]),
        ({"each": "tables.absent", "map": {"t": "row.text"}}, []),
    ],
)
def test_a_form_makes_its_value(form: Any, value: Any) -> None:
    assert mapped({"x": form}, SOURCE) == {"x": value}
    assert not list(mapping_problems({"x": form}))


def test_a_dot_in_a_name_nests_and_columns_stay_flat() -> None:
    mapping = {"a.b": "process_id", "a.c": "date"}
    assert mapped(mapping, SOURCE) == {"a": {"b": "p", "c": "2026-11-20"}}
    assert flat(mapping, SOURCE) == {"a.b": "p", "a.c": "2026-11-20"}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"from": "fields.absent", "required": True}, "value_missing"),
        ({"from": "fields.seller.name", "as": "number"}, "value_missing"),
        ({"from": "fields.weight", "as": "integer"}, "value_missing"),
        ({"from": "fields.odd", "as": "number"}, "value_missing"),
        ({"template": "{{process.x}}"}, "action_invalid"),
        ({"template": "{{fields.__class__}}"}, "action_invalid"),
        ({}, "action_invalid"),
        (7, "action_invalid"),
    ],
)
def test_what_cannot_be_made_says_why(form: Any, code: str) -> None:
    with pytest.raises(PermanentError) as refused:
        mapped({"x": form}, SOURCE)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("mapping", "path"),
    [
        ({}, ()),
        ([], ()),
        ({"a": "secrets.x"}, ("a",)),
        ({"a": {"from": "fields.x", "as": "date"}}, ("a", "as")),
        ({"a": {"from": "x", "const": 1}}, ("a",)),
        ({"a": {"each": "rows", "map": {"b": "row.x"}}}, ("a", "each")),
        ({"a": {"each": "tables.t", "map": {"b": "nothing"}}}, ("a", "map", "b")),
        ({"a": {"template": 7}}, ("a", "template")),
    ],
)
def test_a_wrong_mapping_is_told_by_its_place(mapping: Any, path: tuple[str, ...]) -> None:
    assert [found for found, _ in mapping_problems(mapping)] == [path]
