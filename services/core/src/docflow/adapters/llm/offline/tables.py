"""Line items: columns by the places of their headings, rows from the header to the totals, over all pages.

A page may repeat the header or go on without it. Sums, and what is carried from page to page, are no rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from docflow.adapters.llm.offline.headers import DESCRIPTION, LINE_TOTAL, Columns, Header
from docflow.adapters.llm.offline.sheet import Sheet
from docflow.adapters.llm.offline.sums import amount_of
from docflow.domain.lines import Line
from docflow.domain.output_schema import FieldSpec, TableSpec
from docflow.domain.page_values import FoundValue
from docflow.domain.ports.llm import Candidate
from docflow.domain.summary_lines import Summary, only_sums_up, summary_of
from docflow.domain.values.kinds import FieldKind, canonical

_NUMBERS = frozenset({FieldKind.MONEY, FieldKind.QUANTITY, FieldKind.RATE})
_CENT = Decimal("0.02")
#: A description goes on within this many heights of its row, and at most on so many lines.
WRAP_HEIGHTS, WRAP_LINES = 1.2, 4
#: A wrapped description starts where the first line of it does.
SAME_EDGE = 0.012


@dataclass(slots=True)
class _Row:
    """A row as it is read: its line, its numbers, and the lines of its description."""

    line: Line
    cells: Mapping[str, FoundValue]
    described: list[Line] = field(default_factory=list)


def rows_of(sheet: Sheet, table: TableSpec) -> list[Mapping[str, Candidate]]:
    """All rows of the tables whose header names the columns asked for; none = no such table.

    What they stand on is left out of the sheet's labels.
    """
    columns = Columns(table)
    if not columns.amounts:
        return []
    rows = _Reading(sheet, columns).rows()
    sheet.leave_out(row.line for row in rows)
    return [_as_candidates(sheet, columns, row) for row in rows]


class _Reading:
    """One pass over the lines of all pages. `_is_fresh`: nothing was read under this header yet, it may go on itself."""

    def __init__(self, sheet: Sheet, columns: Columns) -> None:
        self._sheet = sheet
        self._columns = columns
        self._header: Header | None = None
        self._rows: list[_Row] = []
        self._pending: list[Line] = []
        self._wrapping = False
        self._is_fresh = False

    def rows(self) -> list[_Row]:
        for line in self._sheet.lines:
            header = self._columns.header(line, self._sheet.values_on(line, FieldKind.MONEY))
            if header is not None:
                self._header, self._pending, self._wrapping = header, [], False
                self._is_fresh = True
            elif self._header is not None:
                self._take(line, self._header)
        return self._rows

    def _take(self, line: Line, header: Header) -> None:
        cells = _cells(self._sheet, line, header)
        is_row = _has_amount(cells, self._columns)
        summary = _summary(line)
        if is_row and (summary is None or _is_item(line, cells, header)):
            self._add(line, cells, header)
        elif summary is Summary.TOTAL and not self._is_fresh:
            self._header = None
        elif summary is not None or is_row:
            self._pending, self._wrapping = [], False
        else:
            self._describe(line, cells, header)

    def _add(self, line: Line, cells: Mapping[str, FoundValue], header: Header) -> None:
        own = _description(line, cells, header)
        described = [own] if own else [*self._pending]
        self._rows.append(_Row(line, cells, described))
        self._pending, self._wrapping, self._is_fresh = [], True, False

    def _describe(self, line: Line, cells: Mapping[str, FoundValue], header: Header) -> None:
        """Words without an amount: the end of the description above, else the start of the one below."""
        words = _description(line, cells, header)
        if words is None:
            return
        row = self._rows[-1] if self._rows else None
        if row and row.described and self._wrapping and _goes_on(row, words):
            row.described.append(words)
            return
        self._wrapping = False
        if self._pending and not _follows(self._pending[-1], words):
            self._pending = []
        self._pending = [*self._pending, words][-WRAP_LINES:]


def _summary(line: Line) -> Summary | None:
    """What the line sums up; a label may stand in a column further right."""
    found = [summary_of(segment.text) for segment in line.segments()[:3]]
    return next((one for one in found if one is not None), None)


def _has_amount(cells: Mapping[str, FoundValue], columns: Columns) -> bool:
    """A bare whole number is an amount only beside other numbers: it may be that of the page."""
    amounts = [cells[concept] for concept in cells.keys() & columns.amounts]
    return any(len(cells) > 1 or found.has_decimals or _has_sign(found) for found in amounts)


def _has_sign(found: FoundValue) -> bool:
    return re.search(r"[^\d\s.,'’()+\-−–]", found.text) is not None


def _is_item(line: Line, cells: Mapping[str, FoundValue], header: Header) -> bool:
    """An item whose name begins like a sum: it has its quantity and price, or nothing tells rows from sums but names.

    Taking a sum for an item is noticed where the rows are added up; a lost item may not be.
    """
    told = [concept for concept in ("quantity", "unit_price") if concept in header.boxes]
    if any(only_sums_up(segment.text) for segment in line.segments()[:3]):
        return _is_product(cells)
    return not told or any(concept in cells for concept in told)


def _is_product(cells: Mapping[str, FoundValue]) -> bool:
    """Quantity times price is the amount."""
    numbers = [cells.get(name) for name in ("quantity", "unit_price", LINE_TOTAL)]
    amounts = [abs(amount_of(found)) for found in numbers if found is not None]
    return len(amounts) == 3 and abs(amounts[0] * amounts[1] - amounts[2]) <= _CENT


def _cells(sheet: Sheet, line: Line, header: Header) -> dict[str, FoundValue]:
    """Each number goes to the nearest heading; two numbers for one heading: the nearer stays."""
    cells: dict[str, tuple[float, FoundValue]] = {}
    for found in sheet.values_on(line, FieldKind.MONEY):
        concept, distance = header.column_of(found.box)
        if concept and concept != DESCRIPTION and (concept not in cells or distance < cells[concept][0]):
            cells[concept] = (distance, found)
    return {concept: found for concept, (_, found) in cells.items()}


def _description(line: Line, cells: Mapping[str, FoundValue], header: Header) -> Line | None:
    """The words nearest to their heading that are no cell's number."""
    numbers = [found.box for found in cells.values()]
    free = [
        segment for segment in line.segments()
        if not any(segment.box[0] < box[2] and box[0] < segment.box[2] for box in numbers)
        and re.search(r"[^\W\d_]{2}", segment.text)
    ]  # fmt: skip
    if free:
        left = header.boxes[DESCRIPTION][0] if DESCRIPTION in header.boxes else 0.0
        return min(free, key=lambda segment: abs(segment.box[0] - left))
    end = min((found.start for found in cells.values()), default=len(line.text))
    words = line.words_at(0, len(line.text[:end].split("  ")[0].rstrip()))
    part = Line(line.page, words, line.aspect) if words and end else None
    return part if part and re.search(r"[^\W\d_]{2}", part.text) else None


def _goes_on(row: _Row, words: Line) -> bool:
    last = row.described[-1]
    is_near = _follows(last, words) and abs(words.box[0] - last.box[0]) <= SAME_EDGE
    return is_near and len(row.described) < WRAP_LINES


def _follows(above: Line, below: Line) -> bool:
    gap = below.box[1] - above.box[3]
    return above.page == below.page and gap <= WRAP_HEIGHTS * above.height


def _as_candidates(sheet: Sheet, columns: Columns, row: _Row) -> Mapping[str, Candidate]:
    found = {
        column.path: _candidate(sheet, concept, column, row) for concept, column in columns.wanted.items()
    }
    return {path: candidate for path, candidate in found.items() if candidate is not None}


def _candidate(sheet: Sheet, concept: str, column: FieldSpec, row: _Row) -> Candidate | None:
    line = row.line
    if concept == DESCRIPTION:
        text = " ".join(part.text for part in row.described)
        return Candidate(text, line.page, line.text, True) if text else None
    if column.kind is FieldKind.DATE:
        day = next(iter(sheet.values_on(line, FieldKind.DATE)), None)
        return Candidate(str(day.value), line.page, line.text, True) if day else None
    cell = row.cells.get(concept)
    if cell is None or column.kind not in _NUMBERS or canonical(column.kind, cell.text) is None:
        return None
    return Candidate(cell.text, line.page, line.text, True, cell.box)
