import pytest
from docflow.adapters.schemas.rust import check_schema, failing_places
from docflow.domain.errors import PermanentError

SCHEMA = {
    "type": "object",
    "required": ["total"],
    "properties": {
        "total": {"type": ["string", "number"], "x-kind": "money", "x-labels": ["Total"]},
        "issuer": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        "line_items": {"type": "array", "items": {"properties": {"line_total": {"type": "number"}}}},
        "day": {"type": "string", "format": "date"},
    },
}


def found(data: object) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.field) for finding in check_schema(SCHEMA, data)]


def test_data_that_satisfies_the_schema_finds_nothing() -> None:
    assert found({"total": "119.00", "day": "2026-01-31", "line_items": [{"line_total": 1.5}]}) == []


def test_a_missing_name_is_found_with_its_path() -> None:
    assert found({"issuer": {}}) == [("schema_required", "issuer.name"), ("schema_required", "total")]


def test_rows_that_fail_alike_are_found_once() -> None:
    rows = [{"line_total": "x"}, {"line_total": "y"}]
    assert found({"total": 1, "line_items": rows}) == [("schema_type", "line_items[].line_total")]


def test_formats_are_checked() -> None:
    assert found({"total": 1, "day": "31.01.2026"}) == [("schema_format", "day")]


def test_a_message_never_holds_the_value() -> None:
    (finding,) = check_schema(SCHEMA, {"total": ["SECRET"]})
    assert "SECRET" not in finding.message


def test_a_schema_that_points_elsewhere_is_refused_without_a_connection() -> None:
    (finding,) = check_schema({"$ref": "http://127.0.0.1:9/schema"}, {})
    assert finding.code == "schema_invalid"


def test_a_schema_that_is_none_is_refused() -> None:
    (finding,) = check_schema({"type": "nonsense"}, {})
    assert finding.code == "schema_invalid"


def test_each_place_that_fails_is_named_with_its_keyword() -> None:
    places = failing_places(SCHEMA, {"total": 1, "line_items": [{"line_total": "x"}]})
    assert [(list(steps), keyword) for steps, keyword in places] == [
        (["line_items", 0, "line_total"], "type")
    ]


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"$ref": "http://127.0.0.1:9/schema"}])
def test_a_schema_that_cannot_be_used_names_no_places(schema: dict[str, str]) -> None:
    with pytest.raises(PermanentError) as refused:
        failing_places(schema, {})
    assert refused.value.code == "schema_invalid"
