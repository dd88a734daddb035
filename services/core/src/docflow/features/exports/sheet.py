"""Results as a workbook: of one process a sheet of fields and one for each table, of many a row for each process."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from docflow.domain.exporting import guarded

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITE_S = 20.0
_MOST_CHARACTERS = 32_767
_FORBIDDEN = re.compile(r"[\x00-\x1f\[\]:*?/\\']")
# What XML cannot hold in any form; control characters are written as escapes.
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
# What fifteen digits hold exactly; longer numbers stay text.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,14})?")
_HEAD = ("field", "value", "confidence", "page", "source")
_ABOUT = ("process_id", "file", "external_id", "status", "received")
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def result_xlsx(result: Mapping[str, Any]) -> bytes:
    """For the workbench. No cell is a formula or a link, whatever a document says."""
    import xlsxwriter  # the program's other processes never write one

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        sheet = book.add_worksheet("fields")
        _row(sheet, 0, _HEAD)
        for at, (name, read) in enumerate((result.get("fields") or {}).items(), 1):
            _row(sheet, at, (name, *((read or {}).get(part) for part in _HEAD[1:])))
        names = {"fields"}
        for name, rows in (result.get("tables") or {}).items():
            _table(book.add_worksheet(_sheet_name(name, names)), rows)
    return written.getvalue()


def results_xlsx(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """For the workbench. Each type has a sheet with a row for each process, and one for each of its tables.

    A row has `fields`, `tables`, `process_type_id` and what is told about each process: its `process_id`, `file`,
    `external_id`, `status` and when it was `received`.
    """
    import xlsxwriter  # the program's other processes never write one

    written = io.BytesIO()
    names: set[str] = set()
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_type.setdefault(row["process_type_id"] or "", []).append(row)
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        for name, of_type in by_type.items():
            sheet = book.add_worksheet(_sheet_name(name, names, "results"))
            _beside(sheet, of_type, [[row["fields"]] for row in of_type])
            for table in dict.fromkeys(table for row in of_type for table in row["tables"]):
                sheet = book.add_worksheet(_sheet_name(f"{table} {name}", names))
                _beside(sheet, of_type, [row["tables"].get(table) or [] for row in of_type])
    return written.getvalue()


def _beside(
    sheet: "Worksheet", rows: Sequence[Mapping[str, Any]], read: Sequence[Sequence[Mapping[str, Any]]]
) -> None:
    """What was read of each, every row of it beside what tells which process it is of."""
    columns = list(dict.fromkeys(name for lines in read for line in lines for name in line))
    _row(sheet, 0, (*_ABOUT, *columns))
    at = 0
    for row, lines in zip(rows, read, strict=True):
        about = [row[name] for name in _ABOUT]
        for line in lines:
            at += 1
            _row(sheet, at, (*about, *((line.get(column) or {}).get("value") for column in columns)))


def _table(sheet: "Worksheet", rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    _row(sheet, 0, columns)
    for at, row in enumerate(rows, 1):
        _row(sheet, at, [(row.get(column) or {}).get("value") for column in columns])


def _row(sheet: "Worksheet", at: int, values: Sequence[object]) -> None:
    for column, value in enumerate(values):
        _cell(sheet, at, column, value)


def _cell(sheet: "Worksheet", row: int, column: int, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
        return
    text = _NO_XML.sub("", str(value))
    if _NUMBER.fullmatch(text) and len(text.lstrip("-").replace(".", "")) <= 15:
        sheet.write_number(row, column, float(text))
    else:
        # The mark before what looks like a formula stays for those who copy the cells on into a CSV.
        sheet.write_string(row, column, guarded(text)[:_MOST_CHARACTERS])


def _sheet_name(wanted: str, taken: set[str], otherwise: str = "table") -> str:
    """At most 31 characters, none that workbooks refuse, unlike the others whatever their case."""
    base = _FORBIDDEN.sub("_", _NO_XML.sub("", wanted)).strip()[:28] or otherwise
    name, number = base, 1
    while name.lower() in taken or name.lower() == "history":
        number += 1
        name = f"{base[:26]} {number}"
    taken.add(name.lower())
    return name
