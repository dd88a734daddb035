"""A result as a table for spreadsheets, and file names that are safe everywhere."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue

# What spreadsheets take for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def result_csv(result: JsonObject) -> str:
    """UTF-8 text, CRLF, a header row. One row for a result without tables; else one for each table row, with the
    fields repeated and columns named `line_items.line_total`.
    """
    fields: Mapping[str, JsonObject] = result.get("fields") or {}
    tables: Mapping[str, Sequence[Mapping[str, JsonObject]]] = result.get("tables") or {}
    columns = [*fields, *(f"{name}.{column}" for name, rows in tables.items() for column in _columns(rows))]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writerow({column: guarded(column) for column in columns})
    base = {name: guarded(_value(read)) for name, read in fields.items()}
    for row in _rows(tables):
        writer.writerow({**base, **row})
    return text.getvalue()


def _rows(tables: Mapping[str, Sequence[Mapping[str, JsonObject]]]) -> Iterator[dict[str, str]]:
    if not any(tables.values()):
        yield {}
    for name, rows in tables.items():
        for row in rows:
            yield {f"{name}.{column}": guarded(_value(cell)) for column, cell in row.items()}


def _columns(rows: Sequence[Mapping[str, JsonObject]]) -> list[str]:
    return list(dict.fromkeys(column for row in rows for column in row))


def _value(read: JsonValue) -> JsonScalar:
    value: JsonScalar = (read or {}).get("value")
    return value


def guarded(value: JsonScalar) -> str:
    """Text that a spreadsheet shows and never computes; a plain number stays one."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def safe_file_name(template: str, parts: Mapping[str, str | None], *, longest: int = 100) -> str:
    """`{name}` placeholders filled from `parts`; all but letters, digits, `.`, `_` and `-` becomes `_`.

    Raises ValueError for a placeholder that is not in `parts` or a template without any letter or digit.
    """
    unknown = set(_PLACEHOLDER.findall(template)) - set(parts)
    if unknown:
        raise ValueError("the file name holds an unknown placeholder")
    filled = _PLACEHOLDER.sub(lambda found: parts[found[1]] or "", template)
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", filled).strip("._-")[:longest]
    if not name:
        raise ValueError("the file name is empty")
    return name
