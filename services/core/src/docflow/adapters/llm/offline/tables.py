"""Line items under a header row: columns by the header's places, rows until the totals."""

import re
from collections.abc import Mapping, Sequence

from docflow.adapters.llm.offline.labels import Label
from docflow.adapters.llm.offline.lexicon import COLUMN_BY_NAME
from docflow.adapters.llm.offline.sheet import Sheet
from docflow.domain.lines import Line
from docflow.domain.output_schema import FieldSpec, TableSpec
from docflow.domain.page_values import FoundValue, values_in
from docflow.domain.ports.llm import Candidate
from docflow.domain.values.kinds import FieldKind, canonical

_END = frozenset({"grand_total", "net_total", "amount_due", "tax_total", "paid"})
_NUMBERS = frozenset({FieldKind.MONEY, FieldKind.QUANTITY, FieldKind.RATE})
#: More lines than this without an item end the table.
MAX_EMPTY_LINES = 4


def rows_of(sheet: Sheet, table: TableSpec) -> list[Mapping[str, Candidate]]:
    """The rows of the first table whose header names at least two of the columns asked for; none = no such table."""
    wanted = {column.path: concept for column in table.columns if (concept := _concept(column)) is not None}
    for number, line in enumerate(sheet.lines):
        header = _header(sheet, line, set(wanted.values()))
        if header and "line_total" in header:
            rows = _rows(sheet, sheet.lines[number + 1 :], header, table, wanted)
            if rows:
                return rows
    return []


def _concept(column: FieldSpec) -> str | None:
    return COLUMN_BY_NAME.get(column.name.lower())


def _header(sheet: Sheet, line: Line, wanted: set[str]) -> dict[str, Label]:
    """The columns of a header line by concept; empty when it is none."""
    if any(found.has_decimals for found in values_in(line, FieldKind.MONEY)):
        return {}
    labels = sheet.labels_of(line)
    columns: dict[str, Label] = {}
    for label in labels:
        for concept in label.concepts:
            if concept in wanted and concept not in columns:
                columns[concept] = label
                break
        else:
            if "grand_total" in label.concepts:
                columns["line_total"] = label
    return columns if len(columns) >= 2 and "description" in columns else {}


def _rows(
    sheet: Sheet,
    lines: Sequence[Line],
    header: Mapping[str, Label],
    table: TableSpec,
    wanted: Mapping[str, str],
) -> list[Mapping[str, Candidate]]:
    rows: list[Mapping[str, Candidate]] = []
    pending, empty = "", 0
    for line in lines:
        if _ends(sheet, line, header) or empty > MAX_EMPTY_LINES:
            break
        cells = _cells(line, header)
        description = _description(line, cells, header["description"])
        if "line_total" not in cells:
            empty += 1
            if description and not cells:
                pending = f"{pending} {description}".strip()
            continue
        row = _row(table, wanted, cells, line, description or pending)
        pending, empty = "", 0
        if row:
            rows.append(row)
    return rows


def _ends(sheet: Sheet, line: Line, header: Mapping[str, Label]) -> bool:
    if line.page != header["description"].line.page:
        return True
    labels = sheet.labels_of(line)
    return bool(labels) and labels[0].start <= 3 and bool(set(labels[0].concepts) & _END)


def _cells(line: Line, header: Mapping[str, Label]) -> dict[str, FoundValue]:
    """Each number goes to the nearest heading; two numbers for one heading: the nearer stays."""
    cells: dict[str, tuple[float, FoundValue]] = {}
    columns = {concept: label.box for concept, label in header.items() if concept != "description"}
    for found in values_in(line, FieldKind.MONEY):
        left, _, right, _ = found.box
        near = [
            (min(abs(right - box[2]), abs(left - box[0]), abs((left + right - box[0] - box[2]) / 2)), concept)
            for concept, box in columns.items()
        ]
        distance, concept = min(near, default=(1.0, ""))
        if distance < 0.06 and (concept not in cells or distance < cells[concept][0]):
            cells[concept] = (distance, found)
    return {concept: found for concept, (_, found) in cells.items()}


def _description(line: Line, cells: Mapping[str, FoundValue], heading: Label) -> str:
    """The words nearest to their heading that are no cell's number."""
    numbers = [found.box for found in cells.values()]
    left = heading.box[0]
    free = [
        segment for segment in line.segments()
        if not any(segment.box[0] < box[2] and box[0] < segment.box[2] for box in numbers) and re.search(r"[^\W\d_]{2}", segment.text)
    ]  # fmt: skip
    if free:
        return min(free, key=lambda segment: abs(segment.box[0] - left)).text.strip()
    end = min((found.start for found in cells.values()), default=len(line.text))
    return line.text[:end].split("  ")[0].strip()


def _row(
    table: TableSpec, wanted: Mapping[str, str], cells: Mapping[str, FoundValue], line: Line, description: str
) -> Mapping[str, Candidate]:
    row: dict[str, Candidate] = {}
    for column in table.columns:
        concept = wanted.get(column.path)
        if concept == "description" and description:
            row[column.path] = Candidate(description, line.page, line.text, True)
        elif (
            concept
            and concept in cells
            and column.kind in _NUMBERS
            and canonical(column.kind, cells[concept].text) is not None
        ):
            row[column.path] = Candidate(cells[concept].text, line.page, line.text, True)
    return row
