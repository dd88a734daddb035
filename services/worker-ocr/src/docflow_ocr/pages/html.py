"""HTML as its reader sees it: text in order, tables as tables. Nothing is fetched, run or shown that is hidden."""

import re
from collections.abc import Iterator
from contextlib import suppress

from docflow.domain.errors import PermanentError
from docflow.domain.json_types import clean_text
from lxml import etree

from docflow_ocr.e_invoice.nodes import Node
from docflow_ocr.pages.laid_out import Block, Table, WrittenFile
from docflow_ocr.pages.plain_text import MAX_CHARACTERS, decoded

_MAX_DEPTH = 200
_MAX_SPAN = 60
_SILENT = frozenset(
    {"head", "script", "style", "template", "noscript", "title", "svg", "math", "select", "textarea"}
)
_ACTING = frozenset({"iframe", "object", "embed", "applet"})
_LINES = frozenset(
    {
        "p", "div", "br", "hr", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "section",
        "article", "header", "footer", "address", "blockquote", "pre", "form", "fieldset", "tr", "table", "caption",
        "center", "main", "nav", "aside", "figure",
    }
)  # fmt: skip
_INVISIBLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,30})", re.IGNORECASE)


def opened(data: bytes) -> WrittenFile:
    """Raises PermanentError `file_corrupt`, `file_unsafe` or `expansion_limit`."""
    return opened_text(_text(data))


def opened_text(text: str) -> WrittenFile:
    """What markup shows; raises as `opened`."""
    written = WrittenFile()
    if text.strip():
        parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
        try:
            root = etree.fromstring(text.encode("utf-8"), parser)
        except (etree.XMLSyntaxError, ValueError):
            raise PermanentError("the HTML cannot be read", code="file_corrupt") from None
        if root is not None:
            _refuse_depth(root)
            written.actions |= _actions(root)
            written.blocks += _Reader(written).blocks(root)
    return written


def _text(data: bytes) -> str:
    """By the encoding the file names, where it is one; else as any text."""
    named = _CHARSET.search(data[:2048])
    if named and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        with suppress(LookupError, UnicodeError):
            text = data.decode(named[1].decode("ascii"))
            if len(text) > MAX_CHARACTERS:
                raise PermanentError("the text is too long", code="expansion_limit")
            return clean_text(text)
    return decoded(data)


class _Reader:
    def __init__(self, written: WrittenFile) -> None:
        self._written = written

    def blocks(self, node: Node) -> list[Block]:
        """Text between two line breaks is a block."""
        found: list[Block] = []
        line: list[str] = []
        for piece in self._pieces(node):
            if isinstance(piece, str):
                line.append(piece)
                continue
            if text := " ".join("".join(line).split()):
                found.append(text)
            line = []
            if piece is not None:
                found.append(piece)
        if text := " ".join("".join(line).split()):
            found.append(text)
        return found

    def _pieces(self, node: Node) -> Iterator[str | Table | None]:
        """Text, tables, and None where a line ends."""
        ends = node.tag in _LINES
        if ends:
            yield None
        if node.tag == "table" and (table := self._table(node)) is not None:
            yield table
        elif node.tag == "input":
            yield f" {node.get('value', '')} " if node.get("type", "text") == "text" else " "
        elif node.tag == "pre":
            for line in "".join(map(str, node.itertext())).splitlines():
                yield line
                yield None
        elif self._is_shown(node):
            yield " " if node.tag in ("td", "th") else ""
            yield clean_text(node.text or "")
            for child in node:
                if isinstance(child.tag, str):
                    yield from self._pieces(child)
                yield clean_text(child.tail or "")
            yield " " if node.tag in ("td", "th") else ""
        if ends:
            yield None

    def _is_shown(self, node: Node) -> bool:
        if node.tag in _SILENT:
            return False
        if node.get("hidden") is not None or _INVISIBLE.search(node.get("style") or ""):
            self._written.unseen.append(" ".join("".join(map(str, node.itertext())).split()))
            return False
        return True

    def _table(self, node: Node) -> Table | None:
        """A table of data. Tables around tables, and those of one column, only place things on the page."""
        if next(node.iterdescendants("table"), None) is not None:
            return None
        if not self._is_shown(node):
            return Table([])
        rows = [
            [cell for cell in row if cell.tag in ("td", "th")]
            for row in node.iter("tr")
            if self._is_shown(row)
        ]
        if max(map(len, rows), default=0) < 2:
            return None
        return Table([[text for cell in row for text in self._cell(cell)] for row in rows])

    def _cell(self, cell: Node) -> Iterator[str]:
        lines = [block for block in self.blocks(cell) if isinstance(block, str)]
        yield "\n".join(lines)
        span = cell.get("colspan") or ""
        yield from [""] * (min(int(span), _MAX_SPAN) - 1 if span.isdecimal() and len(span) < 4 else 0)


def _actions(root: Node) -> set[str]:
    """Pictures from elsewhere are no action here: nearly every mail has some, and none is fetched."""
    found = {"script"} if next(root.iter("script"), None) is not None else set[str]()
    if next(root.iter(*_ACTING), None) is not None:
        found.add("embedded")
    if next(root.iter("meta"), None) is not None and any(
        (one.get("http-equiv") or "").lower() == "refresh" for one in root.iter("meta")
    ):
        found.add("redirect")
    return found


def _refuse_depth(root: Node) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _MAX_DEPTH:
            raise PermanentError("the HTML is nested too deep", code="file_unsafe")
