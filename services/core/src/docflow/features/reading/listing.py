"""What the tables of a document show, found on its pages without asking who read them.

A row read tells where its table's amounts stand; every other line with an amount there, and no sum, is a row that was
seen. Where no row was read, lines that end in an amount above a total are.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median

from docflow.domain.comparing import number as decimal_of
from docflow.domain.completeness import Listed, adds_up
from docflow.domain.lines import Line
from docflow.domain.outcomes import Place
from docflow.domain.output_schema import FieldSpec, TableSpec
from docflow.domain.reading import ReadField, Row
from docflow.domain.summary_lines import Summary, only_sums_up, summary_of
from docflow.domain.values.kinds import FieldKind
from docflow.domain.values.names import reads_as_sentence
from docflow.features.reading import invoice_names
from docflow.features.reading.grounding import Grounding, Located

#: Numbers of one column end, or start, within this of each other, as a share of the page's width.
ALIGNED = 0.008
#: An edge that fewer of a column's numbers share is chance.
EDGE_SHARE = 0.02
#: A net total is at least this much of its gross one: no tax on sales is above 27 %.
NET_SHARE = Decimal("0.75")
_LINES = invoice_names.Part.LINES


@dataclass(frozen=True, slots=True)
class _Seen:
    """An amount on a page; `number` is that of its line."""

    number: int
    line: Line
    place: Grounding
    amount: Decimal
    text: str
    summary: Summary | None
    is_sure: bool
    """Whether nothing on the line but words of sums says that it is one."""

    @property
    def as_place(self) -> Place:
        return Place(self.place.page, self.place.box)

    @property
    def key(self) -> tuple[int, tuple[float, ...]]:
        return self.place.page, self.place.box

    @property
    def is_described(self) -> bool:
        """Whether words stand beside the amount."""
        return re.search(r"[^\W\d_]{3}", self.line.text) is not None


def listed_tables(
    tables: Sequence[TableSpec],
    read: Mapping[str, Sequence[Row]],
    fields: Mapping[FieldSpec, ReadField],
    located: Located,
) -> list[Listed]:
    """Each table whose rows have amounts; nothing is said of others."""
    seen = _all_seen(located) if tables else []
    found = []
    for table in tables:
        column = _amount_column(table, read.get(table.path, ()))
        if column is not None:
            found.append(_listed(table, column, read.get(table.path, ()), fields, seen))
    return found


def _all_seen(located: Located) -> list[_Seen]:
    numbers = {id(line): number for number, line in enumerate(located.lines)}
    summaries: dict[int, tuple[Summary | None, bool]] = {}
    seen = []
    for value, place, line in located.amounts():
        amount = decimal_of(value)
        if amount is None:
            continue
        if id(line) not in summaries:
            summaries[id(line)] = _summary(line)
        seen.append(_Seen(numbers[id(line)], line, place, amount, str(value), *summaries[id(line)]))
    return seen


def _summary(line: Line) -> tuple[Summary | None, bool]:
    texts = [segment.text for segment in line.segments()]
    found = next((one for text in texts if (one := summary_of(text)) is not None), None)
    return found, any(only_sums_up(text) for text in texts)


def _amount_column(table: TableSpec, rows: Sequence[Row]) -> FieldSpec | None:
    """The column of the rows' own amounts: that of line totals, else the money column most rows have."""
    money = [column for column in table.columns if column.kind is FieldKind.MONEY]
    part = invoice_names.part_of(table)
    if part in (invoice_names.Part.TAXES, invoice_names.Part.PAYMENTS, invoice_names.Part.ADJUSTMENTS):
        return None
    totals = [column for column in money if invoice_names.column_term_of(column, _LINES) == "line_total"]
    counts = Counter(path for row in rows for path in row)
    return next(iter(totals), max(money, key=lambda column: counts[column.path], default=None))


def _listed(
    table: TableSpec,
    column: FieldSpec,
    rows: Sequence[Row],
    fields: Mapping[FieldSpec, ReadField],
    seen: Sequence[_Seen],
) -> Listed:
    cells = [row[column.path] for row in rows if column.path in row]
    claimed = {(cell.page, cell.box) for row in rows for cell in row.values()}
    stated = {(read.page, read.box) for read in fields.values() if read.page is not None}
    listed = Listed(
        table=table.path,
        rows=len(rows),
        amounts=tuple(decimal_of(row[column.path].value) if column.path in row else None for row in rows),
        totals=_totals(fields, seen),
        adjustments=_adjustments(seen, claimed),
        sums=invoice_names.part_of(table) is _LINES
        and invoice_names.column_term_of(column, _LINES) == "line_total",
    )
    if rows:
        missed = _unclaimed(cells, claimed, stated, seen, is_proven=listed.sums and adds_up(listed))
    else:
        missed = _unread(stated, seen)
    return replace(
        listed,
        missed=tuple(one.as_place for one in missed if one.is_described),
        loose=tuple(one.as_place for one in missed if not one.is_described),
    )


def _totals(fields: Mapping[FieldSpec, ReadField], seen: Sequence[_Seen]) -> tuple[tuple[str, Decimal], ...]:
    """The net and gross totals that were read; where none was asked for, the largest sums that are printed."""
    named = tuple(
        (spec.path, amount)
        for spec, read in fields.items()
        if spec.kind is FieldKind.MONEY
        and invoice_names.term_of(spec) in ("net_total", "grand_total")
        and (amount := decimal_of(read.value)) is not None
    )
    printed = {one.amount for one in seen if one.summary is Summary.TOTAL and one.is_sure and "." in one.text}
    gross = max(printed, default=Decimal(0))
    return named or tuple(("the printed total", amount) for amount in printed if amount >= NET_SHARE * gross)


def _adjustments(seen: Sequence[_Seen], claimed: Collection[object]) -> tuple[Decimal, ...]:
    """What is printed below the rows; among them it would be one."""
    last = max((one.number for one in seen if one.key in claimed), default=-1)
    lines = {
        one.number: one.amount
        for one in seen
        if one.summary is Summary.ADJUSTMENT and one.number > last and "." in one.text
    }
    return tuple(lines.values()) if len(lines) <= 6 else ()


def _unclaimed(
    cells: Sequence[ReadField],
    claimed: Collection[object],
    stated: Collection[object],
    seen: Sequence[_Seen],
    *,
    is_proven: bool,
) -> list[_Seen]:
    """Amounts of the column that no row has. Rows that come to the total leave only those among and after them."""
    own = {(cell.page, cell.box) for cell in cells}
    lines = {one.number for one in seen if one.key in own}
    if not lines:
        return _unread(stated, seen)
    first, last = min(lines), max(lines)
    end = next((one for one in seen if one.number > last and one.summary is Summary.TOTAL), None)
    amounts_on = Counter(one.number for one in seen)
    usual = median(amounts_on[number] for number in lines)
    edges = _edges(cells)
    with_cents = sum("." in str(cell.value) for cell in cells) * 2 > len(cells)
    return [
        one for one in seen
        if one.number not in lines and not _sums_up(one, amounts_on, usual) and one.key not in claimed and one.key not in stated
        and ("." in one.text or not with_cents) and _is_aligned(one, edges)
        and not reads_as_sentence(one.line.text) and (not is_proven or _is_among(one, first, end, amounts_on))
    ]  # fmt: skip


def _sums_up(one: _Seen, amounts_on: Mapping[int, int], usual: float) -> bool:
    """A line that begins like a sum is one where rows have more numbers than it; else only if it says nothing more."""
    return one.summary is not None and (one.is_sure or amounts_on[one.number] < usual)


def _is_among(one: _Seen, first: int, end: _Seen | None, amounts_on: Mapping[int, int]) -> bool:
    """Between the rows read, after them and before the next total, or, looking like a row, on a later page."""
    if one.number < first or end is None:
        return one.number > first
    return one.number < end.number or (one.place.page > end.place.page and amounts_on[one.number] > 1)


def _edges(cells: Sequence[ReadField]) -> tuple[frozenset[int], frozenset[int]]:
    """Left and right edges of a column, in steps of ALIGNED; numbers stand at one side of it."""
    boxes = [cell.box for cell in cells if cell.box is not None]
    lefts, rights = (Counter(round(box[side] / ALIGNED) for box in boxes) for side in (0, 2))
    by_right = max(rights.values(), default=0) >= max(lefts.values(), default=0)
    chosen = rights if by_right else lefts
    often = frozenset(edge for edge, count in chosen.items() if count >= EDGE_SHARE * len(boxes))
    return (frozenset(), often) if by_right else (often, frozenset())


def _is_aligned(one: _Seen, edges: tuple[frozenset[int], frozenset[int]]) -> bool:
    left, right = (round(one.place.box[side] / ALIGNED) for side in (0, 2))
    near_left = any(edge in edges[0] for edge in (left - 1, left, left + 1))
    return near_left or any(edge in edges[1] for edge in (right - 1, right, right + 1))


def _unread(stated: Collection[object], seen: Sequence[_Seen]) -> list[_Seen]:
    """Lines that say something and end in an amount, above the total; for a document of which no row was read."""
    totals = [one.number for one in seen if one.is_sure and one.summary is Summary.TOTAL and one.amount]
    end = max(totals) if totals else len(seen) and seen[-1].number + 1
    last: dict[int, _Seen] = {one.number: one for one in seen}
    amounts_on = Counter(one.number for one in seen)
    return [
        one for number, one in last.items()
        if not one.is_sure and "." in one.text and one.is_described and (one.key not in stated or amounts_on[number] > 1)
        and number < end and _ends_line(one) and not reads_as_sentence(one.line.text)
    ]  # fmt: skip


def _ends_line(one: _Seen) -> bool:
    """Whether the amount closes its line and stands in a column of its own."""
    segments = one.line.segments()
    return len(segments) > 1 and abs(segments[-1].box[2] - one.place.box[2]) < ALIGNED
