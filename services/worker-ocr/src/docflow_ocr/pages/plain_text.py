"""Plain text as pages: a form feed ends a page, and a character's place is its row and column."""

import re
from collections.abc import Sequence

from docflow.domain.errors import PermanentError
from docflow.domain.json_types import clean_text
from docflow.domain.reading import Page, TextSource, Word

MAX_CHARACTERS = 2_000_000
_LEAST_COLUMNS, _LEAST_ROWS = 80, 60


def check(data: bytes) -> int:
    return sum(1 for page in decoded(data).split("\f") if page.strip())


def text_pages(data: bytes) -> list[Page]:
    texts = [page for page in decoded(data).split("\f") if page.strip()]
    return [laid_out_page(number, text.expandtabs(8).splitlines()) for number, text in enumerate(texts, 1)]


def decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else Windows-1252. Raises PermanentError `expansion_limit` or `file_corrupt`."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(text) > MAX_CHARACTERS:
            raise PermanentError("the text is too long", code="expansion_limit")
        return clean_text(text)
    raise PermanentError("the text is in no known encoding", code="file_corrupt")


def laid_out_page(number: int, lines: Sequence[str]) -> Page:
    columns = max([_LEAST_COLUMNS, *(len(line) for line in lines)])
    rows = max(_LEAST_ROWS, len(lines))
    words = tuple(
        Word(match[0], (match.start() / columns, row / rows, match.end() / columns, (row + 0.8) / rows))
        for row, line in enumerate(lines)
        for match in re.finditer(r"\S+", line)
    )
    # A character is about twice as high as wide.
    return Page(number, columns * 6.0, rows * 12.0, words, TextSource.TEXT_LAYER)
