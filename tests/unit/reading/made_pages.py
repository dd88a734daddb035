"""Pages made from drawn text: each line is a row, two blanks or more part columns."""

import re

from docflow.domain.reading import Page, TextSource, Word

COLUMNS, ROWS = 80, 60


def page(
    text: str, *, number: int = 1, source: TextSource = TextSource.TEXT_LAYER, confidence: float = 1.0
) -> Page:
    lines = text.strip("\n").splitlines()
    words = tuple(
        Word(m[0], (m.start() / COLUMNS, row / ROWS, m.end() / COLUMNS, (row + 0.75) / ROWS), confidence)
        for row, line in enumerate(lines)
        for m in re.finditer(r"\S+", line)
    )
    return Page(number, COLUMNS * 6.0, ROWS * 12.0, words, source)
