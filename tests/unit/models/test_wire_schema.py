from typing import Any

from docflow.domain.wire_schema import (
    fields_as_text,
    inventory_schema,
    validation_schema,
    wire_of,
    without_references,
)
from hypothesis import given
from hypothesis import strategies as st

INVOICE = {
    "type": "object",
    "required": ["invoice_number"],
    "properties": {
        "invoice_number": {"type": "string", "x-labels": {"en": "Invoice no", "de": ["Rechnungsnummer"]}},
        "grand_total": {"type": ["string", "null"], "pattern": "^[0-9.]+$"},
        "currency": {"enum": ["EUR", "USD", None]},
        "seller": {"type": "object", "properties": {"name": {"type": "string", "minLength": 2}}},
        "line_items": {
            "type": "array",
            "items": {"type": "object", "properties": {"amount": {"type": "number", "minimum": 0}}},
        },
    },
}
ALLOWED = {"type", "properties", "required", "additionalProperties", "items", "enum", "$ref", "$defs"}


def _nodes(node: Any) -> list[dict[str, Any]]:
    """All schemas inside a schema; the names of properties are none."""
    found = [node]
    for sub in (*node.get("properties", {}).values(), *node.get("$defs", {}).values()):
        found += _nodes(sub)
    return found + (_nodes(node["items"]) if "items" in node else [])


def test_every_leaf_asks_for_the_text_its_quote_and_its_page() -> None:
    sent = without_references(wire_of(INVOICE).schema)
    assert list(sent["properties"]["invoice_number"]["properties"]) == ["text", "quote", "page"]
    assert list(sent["properties"]["line_items"]["items"]["properties"]["amount"]["properties"]) == [
        "text",
        "quote",
        "page",
    ]


def test_nested_objects_become_flat_names() -> None:
    wire = wire_of(INVOICE)
    assert "seller__name" in wire.schema["properties"]
    assert wire.fields["seller__name"].path == "seller.name"


def test_an_enumeration_keeps_its_words_and_may_be_empty() -> None:
    leaf = wire_of(INVOICE).schema["properties"]["currency"]
    assert leaf["properties"]["text"] == {"type": "string", "enum": ["EUR", "USD", ""]}


def test_names_that_vendors_do_not_take_get_others() -> None:
    wire = wire_of({"properties": {"Größe": {"type": "string"}, "Gr_e": {"type": "string"}, "x" * 80: {}}})
    assert [spec.path for spec in wire.fields.values()] == ["Größe", "Gr_e", "x" * 80]
    assert len(wire.fields) == 3
    assert all(name.isascii() and len(name) <= 64 for name in wire.fields)


@given(st.lists(st.sampled_from(["field_0", "field_1", "field_2", "ä", "ß", "x" * 80]), unique=True))
def test_no_two_fields_share_a_name(names: list[str]) -> None:
    wire = wire_of({"properties": {name: {"type": "string"} for name in names}})
    assert [spec.path for spec in wire.fields.values()] == names


def test_the_prefix_names_each_field_with_its_kind_and_labels() -> None:
    assert "- invoice_number: invoice_number (id); printed as Invoice no, Rechnungsnummer" in fields_as_text(
        wire_of(INVOICE)
    )


_LEAVES = st.sampled_from(
    [
        {"type": "string", "maxLength": 3},
        {"type": ["number", "null"], "maximum": 5},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"enum": ["a", "b"]},
    ]
)
_SCHEMAS = st.recursive(
    st.dictionaries(st.text(min_size=1, max_size=90), _LEAVES, max_size=8),
    lambda inner: st.dictionaries(
        st.text(min_size=1, max_size=20),
        inner.map(lambda properties: {"type": "object", "properties": properties}),
        max_size=3,
    ),
    max_leaves=60,
)


@given(_SCHEMAS)
def test_any_schema_stays_within_what_all_vendors_take(properties: dict[str, Any]) -> None:
    wire = wire_of({"type": "object", "properties": properties})
    for node in _nodes(wire.schema):
        assert set(node) <= ALLOWED
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
    assert len({spec.path for spec in wire.fields.values()}) == len(wire.fields)
    assert wire_of({"type": "object", "properties": properties}).schema == wire.schema


def test_the_other_stages_ask_within_the_same_limits() -> None:
    for schema in (validation_schema(["a", "b"]), inventory_schema()):
        assert all(set(node) <= ALLOWED for node in _nodes(schema))
