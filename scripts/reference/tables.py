"""Tables of Markdown."""

from collections.abc import Iterable, Sequence

NOTE = "<!-- Written by `python -m scripts.write_reference`; a test compares it. -->\n"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """One row a line; what would end a cell is escaped."""
    lines = [_row(titles), _row(["---"] * len(titles)), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def first_sentence(told: str | None) -> str:
    """The first paragraph of a docstring as one line, without the mark-up of reStructuredText."""
    return " ".join((told or "").strip().split("\n\n")[0].split()).replace("``", "`")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
