"""CSV: rows of cells by whichever delimiter parts them evenly."""

import csv
import io

from docflow.domain.errors import PermanentError
from docflow.domain.file_types import delimiter_of

from docflow_ocr.pages.laid_out import Table, WrittenFile
from docflow_ocr.pages.plain_text import decoded

_DELIMITERS = ";,\t|"
_LOOKED_AT_LINES = 200


def opened(data: bytes) -> WrittenFile:
    """Raises PermanentError `file_corrupt` for what is no table of text, `expansion_limit` for too much of it."""
    text = decoded(data)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error:
        raise PermanentError("the rows cannot be told apart", code="file_corrupt") from None
    return WrittenFile(blocks=[Table([row for row in rows if any(cell.strip() for cell in row)])])


def _delimiter(text: str) -> str:
    """The one of even rows, else the one that the first row holds most of."""
    lines = text.splitlines()[:_LOOKED_AT_LINES]
    first = next((line for line in lines if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    return delimiter_of(lines) or max(_DELIMITERS, key=first.count)
