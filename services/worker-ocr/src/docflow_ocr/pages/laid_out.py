"""Files without pages of their own, as pages of text: paragraphs as lines, tables in columns of one width.

A line's words get their places from `plain_text`, so labels, geometry and tables are read as on any other page.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from docflow.domain.errors import PermanentError

from docflow_ocr.pages.plain_text import MAX_CHARACTERS

LINE_CHARACTERS = 100
#: A sheet or section is one page unless it is longer.
PAGE_LINES = 250
#: A longer cell does not widen its column for all rows; it runs over.
COLUMN_CHARACTERS = 60
#: Wide enough to be seen as a gap between columns (docflow.domain.lines).
GAP = " " * 3
MAX_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = str | Table | PageBreak


@dataclass(slots=True)
class WrittenFile:
    """What a file without pages holds. `unseen` is text that its reader would not see; `actions` are kinds of what would act
    when it is opened (macro, script, external).
    """

    blocks: list[Block] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    actions: set[str] = field(default_factory=set)
    warnings: tuple[str, ...] = ()


def pages_of(blocks: Iterable[Block]) -> list[list[str]]:
    """Pages of lines. Raises PermanentError `expansion_limit` when they hold too much."""
    pages: list[list[str]] = [[]]
    total = 0
    for line in _lines(blocks):
        if line is None or len(pages[-1]) >= PAGE_LINES:
            pages.append([])
        if line is not None:
            pages[-1].append(line)
            total += len(line) + 1
        if total > MAX_CHARACTERS:
            raise PermanentError("the file holds too much text", code="expansion_limit")
    return [page for page in pages if any(line.strip() for line in page)]


def _lines(blocks: Iterable[Block]) -> Iterator[str | None]:
    """None is the end of a page."""
    for block in blocks:
        if isinstance(block, Table):
            yield from _rows(block)
        elif isinstance(block, PageBreak):
            yield None
        else:
            for paragraph in block.splitlines() or [""]:
                yield from textwrap.wrap(paragraph, LINE_CHARACTERS, break_long_words=False) or [""]


def _rows(table: Table) -> Iterator[str]:
    if sum(map(len, table.rows)) > MAX_CELLS:
        raise PermanentError("the table has too many cells", code="expansion_limit")
    rows = [line for row in table.rows for line in _lines_of_row(row)]
    widths = [0] * max(map(len, rows), default=0)
    for row in rows:
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], min(len(cell), COLUMN_CHARACTERS))
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False) if width]
        yield GAP.join(cells).rstrip()


def _lines_of_row(row: Sequence[str]) -> Iterator[Sequence[str]]:
    """A row is as high as its highest cell."""
    cells = [[" ".join(line.split()) for line in cell.splitlines() if line.strip()] for cell in row]
    return iter(list(zip_longest(*cells, fillvalue="")) or [()])
