"""Workbooks: every visible sheet as a page, cells as the file last showed them; nothing is computed."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext

from docflow.domain.errors import PermanentError
from docflow.domain.json_types import clean_text

from docflow_ocr.e_invoice.nodes import Node
from docflow_ocr.pages.archive import Archive, opened_archive
from docflow_ocr.pages.laid_out import MAX_CELLS, Block, PageBreak, Table, WrittenFile

_MAIN = "xl/workbook.xml"
_MAX_SHEETS = 200
_MAX_COLUMNS = 1000
#: Together less than the 28 digits that decimals are computed with.
_MOST_DIGITS, _MOST_DECIMALS = 18, 6
#: Formats that a workbook need not name (ECMA-376, 18.8.30).
_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    39: "0.00",
    40: "0.00",
    44: "0.00",
}
_BUILT_IN_DAYS = frozenset({*range(14, 18), 22})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_SIGNS = "€$£¥"


def opened(data: bytes) -> WrittenFile:
    """Raises PermanentError as `archive.opened_archive` and `safe_xml.parse` do."""
    with opened_archive(data) as archive:
        root = archive.xml(_MAIN)
        if root is None:
            raise PermanentError("the archive is no workbook", code="file_unsupported")
        book = _Book(archive, root)
        blocks: list[Block] = []
        for name in book.sheets():
            blocks += [Table(book.rows(name)), PageBreak()]
        return WrittenFile(blocks, actions=archive.actions(), warnings=tuple(sorted(book.warnings)))


class _Book:
    def __init__(self, archive: Archive, root: Node) -> None:
        self._archive = archive
        self._root = root
        self._texts = [_plain(one) for one in _children(archive.xml("xl/sharedStrings.xml"), "si")]
        self._formats = _formats(archive.xml("xl/styles.xml"))
        properties = root.find("workbookPr")
        since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        # Day 60 of the older calendar never was; days from 61 on count from the day before 1900-01-00.
        self._first_day = (
            datetime(1904, 1, 1, tzinfo=UTC) if since_1904 else datetime(1899, 12, 30, tzinfo=UTC)
        )
        self._cells = 0
        self.warnings: set[str] = set()

    def sheets(self) -> Iterator[str]:
        """The parts of the visible sheets, in order."""
        parts = self._archive.related(_MAIN)
        for sheet in self._root.findall("sheets/sheet")[:_MAX_SHEETS]:
            if sheet.get("state") in ("hidden", "veryHidden"):
                self.warnings.add("hidden_sheet")
                continue
            key = next((str(value) for name, value in sheet.items() if str(name).endswith("}id")), "")
            if (part := parts.get(key)) is not None:
                yield part

    def rows(self, part: str) -> list[list[str]]:
        root = self._archive.xml(part)
        return [cells for row in _children(root, "sheetData/row") if any(cells := self._row(row))]

    def _row(self, row: Node) -> list[str]:
        cells: list[str] = []
        for cell in row.iterfind("c"):
            column = _column(cell.get("r", ""))
            column = len(cells) if column is None else column
            if column >= _MAX_COLUMNS:
                break
            cells += [""] * (column - len(cells))
            cells.append(self._shown(cell))
        self._cells += len(cells)
        if self._cells > MAX_CELLS:
            raise PermanentError("the workbook has too many cells", code="expansion_limit")
        return cells

    def _shown(self, cell: Node) -> str:
        kind, value = cell.get("t", "n"), cell.findtext("v")
        if kind == "inlineStr":
            return "".join(_plain(one) for one in cell.iterfind("is"))
        if value is None:
            if cell.find("f") is not None:
                self.warnings.add("formula_without_value")
            return ""
        if kind == "s":
            return self._texts[int(value)] if value.isdigit() and int(value) < len(self._texts) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return clean_text(value) if kind in ("str", "e", "d") else self._number(value, cell.get("s", "0"))

    def _number(self, value: str, style: str) -> str:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return clean_text(value)
        if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
            return clean_text(value)
        at = int(style) if style.isdigit() and len(style) < 7 else 0
        return shown_number(number, self._formats[at] if at < len(self._formats) else "", self._first_day)


def shown_number(number: Decimal, form: str, first_day: datetime) -> str:
    """A cell's number under its format: days in ISO form, amounts with the decimals and the currency they show."""
    bare = _QUOTED.sub("", form.partition(";")[0])
    if re.search(r"[dy]", bare, re.IGNORECASE) and not re.search(r"[0#]", bare):
        return _day(number, first_day)
    sign = next((one for one in _SIGNS if one in form.partition(";")[0]), "")
    with localcontext() as context:
        # A binary fraction of 17 digits is a decimal of 15 to its writer.
        context.prec = 15
        exact = +number
    exact = exact * 100 if "%" in bare else exact
    if decimals := re.search(r"0\.(0+)", bare):
        exact = round(exact, min(_MOST_DECIMALS, len(decimals[1])))
    elif re.search(r"[0#]", bare):
        exact = Decimal(round(exact))
    text = f"{exact:f}" if "." not in f"{exact:f}" or decimals else f"{exact:f}".rstrip("0").rstrip(".")
    return f"{text}{'%' if '%' in bare else ''}{' ' + sign if sign else ''}"


def _day(number: Decimal, first_day: datetime) -> str:
    if not 0 <= number < 2_958_466:  # the year 10000
        return f"{number:f}"
    moment = first_day + timedelta(days=float(number))
    return moment.date().isoformat() if number == int(number) else moment.strftime("%Y-%m-%d %H:%M")


def _formats(styles: Node | None) -> list[str]:
    """The number format of every cell style."""
    own = {one.get("numFmtId"): one.get("formatCode", "") for one in _children(styles, "numFmts/numFmt")}
    return [_format(one.get("numFmtId", "0"), own) for one in _children(styles, "cellXfs/xf")]


def _format(number: str, own: dict[str | None, str]) -> str:
    if number in own:
        return own[number]
    known = int(number) if number.isdigit() and len(number) < 7 else 0
    return "yyyy-mm-dd" if known in _BUILT_IN_DAYS else _BUILT_IN.get(known, "")


def _plain(node: Node) -> str:
    """Rich text without its readings in another script."""
    return clean_text("".join(one.text or "" for one in node.iter("t") if not _is_reading(one)))


def _is_reading(node: Node) -> bool:
    parent = node.getparent()
    return parent is not None and parent.tag == "rPh"


def _children(root: Node | None, path: str) -> Sequence[Node]:
    return () if root is None else root.findall(path)


def _column(reference: str) -> int | None:
    """The number of the column from 0: A1 is 0, AB7 is 27."""
    letters = re.match(r"[A-Z]{1,4}", reference)
    if letters is None:
        return None
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1
