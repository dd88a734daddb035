"""Word files: header, body and footer in reading order, tables as tables; what was deleted or hidden is not read."""

from collections.abc import Iterator

from docflow.domain.errors import PermanentError
from docflow.domain.json_types import clean_text

from docflow_ocr.e_invoice.nodes import Node
from docflow_ocr.pages.archive import Archive, opened_archive
from docflow_ocr.pages.laid_out import Block, PageBreak, Table, WrittenFile

_MAIN = "word/document.xml"
_MAX_PARTS = 20
#: Boxes inside boxes deeper than this hold no document.
_MAX_NESTING = 20


def opened(data: bytes) -> WrittenFile:
    """Raises PermanentError as `archive.opened_archive` and `safe_xml.parse` do."""
    with opened_archive(data) as archive:
        root = archive.xml(_MAIN)
        if root is None:
            raise PermanentError("the archive is no Word file", code="file_unsupported")
        written = WrittenFile(actions=archive.actions())
        reader = _Reader(written)
        for name in _parts(archive, "header"):
            reader.part(archive.xml(name))
        reader.part(root.find("body"))
        for name in _parts(archive, "footer"):
            reader.part(archive.xml(name))
        return written


def _parts(archive: Archive, kind: str) -> list[str]:
    """Headers and footers; first pages and even pages bring one each."""
    return sorted(
        name for name in archive.names if name.startswith(f"word/{kind}") and name.endswith(".xml")
    )[:_MAX_PARTS]


class _Reader:
    def __init__(self, written: WrittenFile) -> None:
        self._written = written
        self._seen: set[tuple[str, ...]] = set()

    def part(self, root: Node | None) -> None:
        """A header that says the same as another adds nothing."""
        if root is None:
            return
        blocks = list(self._blocks(root))
        said = tuple(block for block in blocks if isinstance(block, str) and block.strip())
        if root.tag == "body" or (said not in self._seen and (said or blocks)):
            self._seen.add(said)
            self._written.blocks += blocks

    def _blocks(self, parent: Node, depth: int = 0) -> Iterator[Block]:
        if depth > _MAX_NESTING:
            raise PermanentError("the file is nested too deep", code="file_unsafe")
        for child in parent:
            if child.tag == "p":
                yield from self._paragraph(child, depth)
            elif child.tag == "tbl":
                yield Table([self._row(row, depth) for row in child.iterfind("tr")])
            elif child.tag in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
                yield from self._blocks(child, depth + 1)

    def _row(self, row: Node, depth: int) -> list[str]:
        cells: list[str] = []
        for cell in row.iter("tc"):
            if next(cell.iterancestors("tr")) is not row:
                continue
            cells.append("\n".join(_text_of(block) for block in self._blocks(cell, depth + 1)))
            span = cell.find("tcPr/gridSpan")
            cells += [""] * (min(int(_number(span)), 60) - 1 if span is not None else 0)
        return cells

    def _paragraph(self, paragraph: Node, depth: int) -> Iterator[Block]:
        text: list[str] = []
        for piece in self._pieces(paragraph, depth):
            if isinstance(piece, str):
                text.append(piece)
            else:
                yield "".join(text)
                text = []
                yield piece
        yield "".join(text)

    def _pieces(self, node: Node, depth: int) -> Iterator[Block]:
        for child in node:
            if child.tag == "r" and _is_hidden(child):
                self._written.unseen.append("".join(child.itertext("t")))
            elif child.tag == "t":
                yield clean_text(child.text or "")
            elif child.tag in ("tab", "ptab"):
                yield "   "
            elif child.tag in ("br", "cr"):
                yield PageBreak() if _attribute(child, "type") == "page" else "\n"
            elif child.tag == "noBreakHyphen":
                yield "-"
            elif child.tag == "txbxContent":
                yield from ("\n" + _text_of(block) + "\n" for block in self._blocks(child, depth + 1))
            elif child.tag not in ("del", "moveFrom", "instrText", "Fallback", "pPr", "rPr"):
                yield from self._pieces(child, depth)


def _text_of(block: Block) -> str:
    if isinstance(block, Table):
        return "\n".join("   ".join(row) for row in block.rows)
    return "\n" if isinstance(block, PageBreak) else block


def _is_hidden(run: Node) -> bool:
    mark = run.find("rPr/vanish")
    return mark is not None and _attribute(mark, "val") not in ("0", "false", "off")


def _attribute(node: Node, name: str) -> str | None:
    """Attributes keep their namespace."""
    return next((str(value) for key, value in node.items() if str(key).rpartition("}")[2] == name), None)


def _number(node: Node) -> str:
    value = _attribute(node, "val") or "1"
    return value if value.isdigit() and len(value) < 4 else "1"
