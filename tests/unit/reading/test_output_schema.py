"""A client's schema says what is read: fields by dotted path with their kinds, and tables."""

import pytest
from docflow.domain.evidence import Values
from docflow.domain.output_schema import FieldSpec, as_json_type, shape_of
from docflow.domain.results import typed_data
from docflow.domain.values.kinds import FieldKind
from hypothesis import given
from hypothesis import strategies as st

SCHEMA = {
    "type": "object",
    "required": ["total", "seller"],
    "properties": {
        "total": {"type": ["string", "null"], "x-kind": "money", "x-labels": ["Sum"]},
        "seller": {
            "type": "object",
            "required": ["vat_id"],
            "properties": {"vat_id": {"type": "string"}, "name": {"type": "string", "x-kind": "party"}},
        },
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"quantity": {"type": "number"}, "price": {"x-kind": "money"}},
            },
        },
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


def test_nested_fields_have_dotted_paths() -> None:
    assert [spec.path for spec in shape_of(SCHEMA).fields] == ["total", "seller.vat_id", "seller.name"]


def test_kinds_come_from_the_schema_or_the_name() -> None:
    assert [spec.kind for spec in shape_of(SCHEMA).fields] == [
        FieldKind.MONEY,
        FieldKind.VAT_ID,
        FieldKind.PARTY,
    ]


def test_a_field_is_required_when_all_above_it_are() -> None:
    assert [spec.required for spec in shape_of(SCHEMA).fields] == [True, True, False]


def test_an_array_of_objects_is_a_table() -> None:
    (table,) = shape_of(SCHEMA).tables
    assert (table.path, [column.path for column in table.columns]) == ("items", ["quantity", "price"])


def test_labels_and_null_are_kept() -> None:
    total = shape_of(SCHEMA).fields[0]
    assert (total.labels, total.nullable) == (("Sum",), True)


def test_money_stays_a_string_where_strings_are_allowed() -> None:
    assert as_json_type("12.50", FieldSpec("a", FieldKind.MONEY, types=("string", "number"))) == "12.50"


@pytest.mark.parametrize("text", ["INF", "nan", "1E400", "1_000", "A-17"])
def test_what_is_no_number_of_json_stays_a_text(text: str) -> None:
    assert as_json_type(text, FieldSpec("a", FieldKind.ID, types=("number",))) == text


@given(st.integers(-(10**29), 10**29))
def test_a_whole_number_keeps_each_of_its_digits(number: int) -> None:
    assert as_json_type(str(number), FieldSpec("a", FieldKind.ID, types=("integer",))) == number


def test_a_column_inside_another_nests_in_its_row() -> None:
    columns = {"amount": {"type": "object", "properties": {"net": {"type": ["number", "null"]}}}}
    rows = {"type": "array", "items": {"type": "object", "properties": columns}}
    values = Values({}, {"rows": ({"amount.net": "1.5"}, {})})
    assert typed_data(values, {"properties": {"rows": rows}}) == {
        "rows": [{"amount": {"net": 1.5}}, {"amount": {"net": None}}]
    }


def test_a_number_is_given_where_only_numbers_are_allowed() -> None:
    assert as_json_type("12.50", FieldSpec("a", FieldKind.MONEY, types=("number",))) == 12.5
