import csv
import io

import pytest
from docflow.domain.exporting import guarded, result_csv, safe_file_name
from docflow.testing.jobs import read_field
from hypothesis import given, settings
from hypothesis import strategies as st

RESULT = {
    "fields": {"total": read_field("119.00"), "note": read_field(None)},
    "tables": {
        "line_items": [
            {"line_total": read_field("60.00")},
            {"line_total": read_field("59.00"), "text": read_field("b")},
        ]
    },
}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_table_row_repeats_the_fields() -> None:
    assert rows(result_csv(RESULT)) == [
        {"total": "119.00", "note": "", "line_items.line_total": "60.00", "line_items.text": ""},
        {"total": "119.00", "note": "", "line_items.line_total": "59.00", "line_items.text": "b"},
    ]


def test_a_result_without_tables_is_one_row() -> None:
    assert rows(result_csv({"fields": RESULT["fields"]})) == [{"total": "119.00", "note": ""}]


def test_an_empty_result_is_an_empty_table() -> None:
    assert rows(result_csv({})) == []


@pytest.mark.parametrize(
    "value", ["=1+1", "+49 30", "-x", "@a", "\tx", "\rx", "-1-1", "-", "\n=1", " =1", "＝1"]
)
def test_text_that_a_spreadsheet_would_compute_is_guarded(value: str) -> None:
    assert guarded(value) == f"'{value}"


@pytest.mark.parametrize("value", ["-1.50", "12", "text", "a=b"])
def test_numbers_and_plain_text_stay_as_they_are(value: str) -> None:
    assert guarded(value) == value


@settings(deadline=None)
@given(st.text())
def test_no_cell_of_an_export_begins_a_formula(value: str) -> None:
    text = result_csv({"fields": {"a": read_field(value)}})
    cell = next(csv.reader(io.StringIO(text.partition("\r\n")[2], newline="")), [""])[0]
    number = cell.removeprefix("-").replace(".", "", 1).isdigit()
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or number


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{external_id}-{date}", "INV_7-2026-11-20"),
        ("../../{external_id}", "INV_7"),
        ("/etc/passwd", "etc_passwd"),
        ("a b/ü", "a_b"),
        ("x" * 200, "x" * 100),
    ],
)
def test_a_file_name_holds_only_safe_letters(template: str, name: str) -> None:
    assert safe_file_name(template, {"external_id": "INV/7", "date": "2026-11-20"}) == name


@pytest.mark.parametrize("template", ["{secret}", "{}", "...", "{external_id}"])
def test_a_file_name_that_cannot_be_made_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        safe_file_name(template, {"external_id": None})
