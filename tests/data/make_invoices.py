"""Draw invoices with many rows: the layouts that tables are read from, of any length, with what is true about them.

Every seller, buyer and number is invented. The same layout, count and seed draw the same invoice.

    python tests/data/make_invoices.py FOLDER [ROWS ...]
"""

import io
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pikepdf

WIDTH, HEIGHT, TOP, BOTTOM, SIZE, LEADING = 595, 842, 780, 90, 9, 14
#: Widths of Helvetica in thousandths of its size; what is not named here is about as wide as a small letter.
_WIDTHS = {
    **dict.fromkeys("0123456789€$£", 556),
    **dict.fromkeys(".,:;' il|", 278),
    "-": 333,
    "m": 833,
    "w": 722,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One item as it is true."""

    description: str
    quantity: int
    unit_price: Decimal

    @property
    def line_total(self) -> Decimal:
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class Layout:
    """How a seller prints. `columns` are the right edges of quantity, price and amount; `words` the fixed texts."""

    name: str
    words: Mapping[str, str]
    columns: tuple[int, int, int] = (360, 450, 545)
    left: int = 85
    comma: bool = False
    sign: str = ""
    is_headed_again: bool = True
    carries: bool = False
    wraps: bool = False
    sections: int = 0
    is_left_aligned: bool = False


@dataclass(slots=True)
class Drawing:
    """Pages under way; `y` falls from TOP to BOTTOM."""

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    y: float = TOP

    def text(self, x: float, text: str, *, right: bool = False) -> None:
        at = x - _width(text) if right else x
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self.pages[-1].append(f"BT /F {SIZE} Tf {at:.2f} {self.y:.2f} Td ({escaped}) Tj ET")

    def down(self, lines: float = 1) -> None:
        self.y -= LEADING * lines

    def turn(self) -> None:
        self.pages.append([])
        self.y = TOP


_ENGLISH = {
    "title": "Invoice number: INV-2025-0042", "date": "Invoice date: 2025-03-14", "description": "Description", "quantity": "Qty", "price": "Unit price",
    "amount": "Amount", "carried": "Carried forward", "section": "Site", "subtotal": "Subtotal", "net": "Net total", "tax": "VAT 20%", "gross": "Grand total",
}  # fmt: skip
_GERMAN = {
    "title": "Rechnungsnummer: 2025-0042", "date": "Rechnungsdatum: 14.03.2025", "description": "Bezeichnung", "quantity": "Menge", "price": "Einzelpreis",
    "amount": "Betrag", "carried": "Übertrag", "section": "Bereich", "subtotal": "Zwischensumme", "net": "Nettobetrag", "tax": "MwSt. 20%", "gross": "Gesamtbetrag",
}  # fmt: skip
_FRENCH = {
    "title": "Facture n° : F-2025-42", "date": "Date de facture : 14/03/2025", "description": "Désignation", "quantity": "Qté", "price": "Prix unitaire",
    "amount": "Montant HT", "carried": "À reporter", "section": "Lot", "subtotal": "Sous-total", "net": "Total HT", "tax": "TVA 20%", "gross": "Total TTC",
}  # fmt: skip
_SPANISH = {
    "title": "Número de factura: F-2025-42", "date": "Fecha de factura: 14/03/2025", "description": "Descripción", "quantity": "Cantidad", "price": "Precio unitario",
    "amount": "Importe", "carried": "Suma y sigue", "section": "Zona", "subtotal": "Subtotal", "net": "Base imponible", "tax": "IVA 20%", "gross": "Total factura",
}  # fmt: skip
_ITALIAN = {
    "title": "Fattura n. 2025-42", "date": "Data fattura: 14/03/2025", "description": "Descrizione", "quantity": "Quantità", "price": "Prezzo unitario",
    "amount": "Importo", "carried": "A riportare", "section": "Zona", "subtotal": "Subtotale", "net": "Imponibile", "tax": "IVA 20%", "gross": "Totale fattura",
}  # fmt: skip
_PORTUGUESE = {
    "title": "Fatura n.º 2025-42", "date": "Data da fatura: 14/03/2025", "description": "Descrição", "quantity": "Quantidade", "price": "Preço unitário",
    "amount": "Valor", "carried": "A transportar", "section": "Zona", "subtotal": "Subtotal", "net": "Total ilíquido", "tax": "IVA 20%", "gross": "Total da fatura",
}  # fmt: skip
_STRANGE = {**_ENGLISH, "description": "What", "quantity": "How often", "price": "Each", "amount": "Makes"}

LAYOUTS = (
    Layout("plain", _ENGLISH),
    Layout("carried", _GERMAN, comma=True, carries=True),
    Layout("headed-once", _FRENCH, comma=True, is_headed_again=False, wraps=True, sign=" €"),
    Layout("sections", _SPANISH, comma=True, sections=7),
    Layout("left-aligned", _ITALIAN, comma=True, is_left_aligned=True, carries=True),
    Layout("wrapped", _PORTUGUESE, comma=True, wraps=True, sections=11, sign=" €"),
    Layout("carried-headed-once", _GERMAN, comma=True, carries=True, is_headed_again=False, wraps=True),
    Layout("unknown-header", _STRANGE),
)
_THINGS = (
    "Copy paper",
    "Blue ink",
    "Desk lamp",
    "Cable 4x2",
    "Filter set",
    "Total station hire",
    "Tax guide",
    "Steel bolt M8",
)
_MORE = ("as ordered by phone", "delivered to the gate", "with spare parts", "second shift")


def rows_of(count: int, seed: int = 7) -> list[Row]:
    rng = random.Random(seed)
    return [
        Row(f"{rng.choice(_THINGS)} {number:04d}", rng.randint(1, 40), Decimal(rng.randint(5, 99_999)) / 100)
        for number in range(1, count + 1)
    ]


def draw(layout: Layout, rows: Sequence[Row]) -> bytes:
    """The invoice as a PDF with text."""
    drawing = Drawing()
    _head(drawing, layout)
    so_far = section = Decimal(0)
    for number, row in enumerate(rows, 1):
        if drawing.y < BOTTOM + 4 * LEADING:
            _turn(drawing, layout, so_far)
        _item(drawing, layout, number, row)
        so_far, section = so_far + row.line_total, section + row.line_total
        if layout.sections and number % layout.sections == 0:
            _sum(drawing, layout, f"{layout.words['subtotal']} {layout.words['section']}", section)
            section = Decimal(0)
    if drawing.y < BOTTOM + 5 * LEADING:
        _turn(drawing, layout, so_far)
    _foot(drawing, layout, so_far)
    return _pdf(drawing.pages)


def true_totals(rows: Sequence[Row]) -> tuple[Decimal, Decimal, Decimal]:
    """Net, tax, gross."""
    net = sum((row.line_total for row in rows), Decimal(0))
    tax = (net / 5).quantize(Decimal("0.01"))
    return net, tax, net + tax


def _head(drawing: Drawing, layout: Layout) -> None:
    for text in ("Northwind Paper Ltd", "1 High Street, 20095 Hamburg", "", layout.words["title"], layout.words["date"], ""):  # fmt: skip
        drawing.text(50, text)
        drawing.down()
    _header(drawing, layout)


def _header(drawing: Drawing, layout: Layout) -> None:
    drawing.text(50, "Pos.")
    drawing.text(layout.left, layout.words["description"])
    for x, name in zip(layout.columns, ("quantity", "price", "amount"), strict=True):
        _number(drawing, layout, x, layout.words[name])
    drawing.down(1.5)


def _item(drawing: Drawing, layout: Layout, number: int, row: Row) -> None:
    drawing.text(50, str(number))
    drawing.text(layout.left, row.description)
    _number(drawing, layout, layout.columns[0], str(row.quantity))
    _number(drawing, layout, layout.columns[1], _money(layout, row.unit_price))
    _number(drawing, layout, layout.columns[2], _money(layout, row.line_total))
    drawing.down()
    if layout.wraps and number % 3 == 0:
        drawing.text(layout.left, _MORE[number % len(_MORE)])
        drawing.down()


def _turn(drawing: Drawing, layout: Layout, so_far: Decimal) -> None:
    if layout.carries:
        _sum(drawing, layout, layout.words["carried"], so_far)
    drawing.turn()
    drawing.text(50, "Northwind Paper Ltd")
    drawing.text(545, f"- {len(drawing.pages)} -", right=True)
    drawing.down(2)
    if layout.is_headed_again:
        _header(drawing, layout)
    if layout.carries:
        _sum(drawing, layout, layout.words["carried"], so_far)


def _sum(drawing: Drawing, layout: Layout, label: str, amount: Decimal) -> None:
    drawing.text(layout.left, label)
    _number(drawing, layout, layout.columns[2], _money(layout, amount))
    drawing.down(1.3)


def _foot(drawing: Drawing, layout: Layout, net: Decimal) -> None:
    tax = (net / 5).quantize(Decimal("0.01"))
    for name, amount in (("net", net), ("tax", tax), ("gross", net + tax)):
        drawing.down(0.5)
        drawing.text(layout.columns[0] - 40, layout.words[name])
        _number(drawing, layout, layout.columns[2], _money(layout, amount))
        drawing.down()


def _number(drawing: Drawing, layout: Layout, x: float, text: str) -> None:
    drawing.text(x - 50 if layout.is_left_aligned else x, text, right=not layout.is_left_aligned)


def _money(layout: Layout, amount: Decimal) -> str:
    text = f"{amount:,.2f}"
    return (text.translate(str.maketrans(",.", ".,")) if layout.comma else text) + layout.sign


def _width(text: str) -> float:
    return sum(_WIDTHS.get(character, 556) for character in text) * SIZE / 1000


def _pdf(pages: Sequence[Sequence[str]]) -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica, Encoding=pikepdf.Name.WinAnsiEncoding
    )  # fmt: skip
    resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pdf.make_indirect(font)))
    for drawn in pages:
        page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
        page.Resources = resources
        page.Contents = pdf.make_stream("\n".join(drawn).encode("cp1252"))
    pdf.save(out)
    return out.getvalue()


def every(counts: Sequence[int], seed: int = 7) -> Iterator[tuple[Layout, list[Row], Callable[[], bytes]]]:
    """Each layout at each length; drawn when it is called for."""
    for count in counts:
        for layout in LAYOUTS:
            rows = rows_of(count, seed)
            yield layout, rows, lambda layout=layout, rows=rows: draw(layout, rows)  # type: ignore[misc]


def main(folder: Path, counts: Sequence[int]) -> None:
    for layout, rows, drawn in every(counts):
        (folder / f"{layout.name}-{len(rows)}.pdf").write_bytes(drawn())


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(count) for count in sys.argv[2:]] or [10, 100])
