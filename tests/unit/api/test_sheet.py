import io
import re
import zipfile
from xml.etree import ElementTree as ET

from docflow.features.exports.sheet import result_xlsx, results_xlsx

TEXT = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def value(of: object) -> dict[str, object]:
    return {"value": of, "confidence": 0.9, "page": 1, "source": "ocr"}


def sheets(written: bytes) -> dict[str, list[list[str]]]:
    """Texts and numbers of each sheet as they are stored."""
    with zipfile.ZipFile(io.BytesIO(written)) as book:
        shared = ["".join(one.itertext()) for one in ET.fromstring(book.read("xl/sharedStrings.xml"))]
        names = [
            one.attrib["name"] for one in ET.fromstring(book.read("xl/workbook.xml")).iter(f"{TEXT}sheet")
        ]
        found = {}
        for number, name in enumerate(names, 1):
            text = book.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert "<f>" not in text
            assert "hyperlink" not in text
            found[name] = [
                [
                    shared[int(cell.findtext(f"{TEXT}v", ""))]
                    if cell.get("t") == "s"
                    else cell.findtext(f"{TEXT}v", "")
                    for cell in row
                ]
                for row in ET.fromstring(text).iter(f"{TEXT}row")
            ]
        return found


def test_fields_and_tables_have_a_sheet_each() -> None:
    result = {
        "fields": {
            "invoice_number": value("R-1"),
            "grand_total": value("119.00"),
            "paid": value(True),
            "none": None,
        },
        "tables": {"line_items": [{"amount": value("7")}, {"amount": value("8"), "name": value("Ink")}]},
    }
    found = sheets(result_xlsx(result))
    assert found["fields"][0] == ["field", "value", "confidence", "page", "source"]
    assert found["fields"][1][:2] == ["invoice_number", "R-1"]
    assert float(found["fields"][2][1]) == 119
    assert found["line_items"] == [["amount", "name"], ["7"], ["8", "Ink"]]


def test_nothing_that_a_document_says_is_computed() -> None:
    nasty = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "https://evil.test", "{=1}"]
    result = {"fields": {text: value(text) for text in nasty}, "tables": {}}
    shown = sheets(result_xlsx(result))["fields"]
    assert all(not re.match(r"[=+@\t-]", cell) for row in shown for cell in row)


def test_a_number_too_long_to_be_exact_stays_text() -> None:
    exact, long, padded = "123456789.12", "12345678901234567890", "007"
    shown = sheets(result_xlsx({"fields": {n: value(n) for n in (exact, long, padded)}}))["fields"]
    assert [row[1] for row in shown[1:]] == [exact, long, padded]


def test_any_name_of_a_table_gives_a_sheet() -> None:
    names = ["fields", "Fields", "a/b:c", "x" * 60, "x" * 61, "", "History", "a\x07b\ufffe"]
    result = {"fields": {}, "tables": {name: [{"a": value("1")}] for name in names}}
    found = sheets(result_xlsx(result))
    assert len(found) == 1 + len(names)
    assert all(0 < len(name) <= 31 for name in found)


def test_long_and_odd_text_is_kept_as_far_as_a_cell_goes() -> None:
    text = "x" * 40_000
    shown = sheets(result_xlsx({"fields": {"a": value(text), "b": value("\x00\x08\ud83d\ude00 ü")}}))[
        "fields"
    ]
    assert len(shown[1][1]) == 32_767


def exported(process_id: str, kind: str | None, fields: dict[str, object], *lines: str) -> dict[str, object]:
    return {
        "process_id": process_id,
        "file": f"{process_id}.pdf",
        "external_id": None,
        "status": "completed",
        "received": "2026-11-30",
        "process_type_id": kind,
        "fields": {name: value(of) for name, of in fields.items()},
        "tables": {"line_items": [{"amount": value(line)} for line in lines]},
    }


def test_many_results_have_a_row_each_on_the_sheet_of_their_type() -> None:
    rows = [
        exported("a", "invoice", {"number": "R-1", "total": "119"}, "7", "8"),
        exported("b", "receipt", {"total": "5"}),
        exported("c", "invoice", {"total": "=1+1", "buyer": "Ann"}, "9"),
    ]
    found = sheets(results_xlsx(rows))
    assert list(found) == ["invoice", "line_items invoice", "receipt", "line_items receipt"]
    assert found["invoice"][0] == [
        *("process_id", "file", "external_id", "status", "received", "number", "total", "buyer")
    ]
    assert [row[0] for row in found["invoice"][1:]] == ["a", "c"]
    assert found["invoice"][2][-2:] == ["'=1+1", "Ann"]
    assert [(row[0], row[-1]) for row in found["line_items invoice"][1:]] == [
        ("a", "7"),
        ("a", "8"),
        ("c", "9"),
    ]
    assert len(found["line_items receipt"]) == 1


def test_what_has_no_type_yet_has_a_sheet_too() -> None:
    assert list(sheets(results_xlsx([exported("a", None, {})]))) == ["results", "line_items"]
