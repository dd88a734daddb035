"""Invoices as sellers print them, at random: columns, languages, names that sound like sums, sums on the way."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from docflow.domain.reading import Page

from tests.unit.reading.made_pages import page

#: The last heading of each is one that no reader knows.
_HEADINGS = {
    "description": ("Description", "Item", "Bezeichnung", "Désignation", "Descripción", "Descrizione", "Descrição", "Thing"),
    "quantity": ("Qty", "Menge", "Quantité", "Cantidad", "Quantità", "Units", "Nos"),
    "unit_price": ("Price", "Unit price", "Einzelpreis", "Prix unitaire", "Precio", "Prezzo", "Each"),
    "tax": ("VAT", "Tax %", "MwSt", "TVA", "IVA"),
    "other": ("Discount", "Code", "SKU", "Ref"),
    "line_total": ("Amount", "Total", "Betrag", "Gesamt", "Montant HT", "Importe", "Importo", "Valor", "Sum"),
}  # fmt: skip
_NAMES = (
    "Blue ink", "Taxi ride", "Total care pack", "Netflix plan", "Shipping box", "Discount card printing", "Sum insured cover", "Tax advice",
    "VAT return service", "Gesamtpaket", "Rabatt-Aktion Set", "Balance bike", "Payment terminal rent", "Report writing", "Order pad",
    "Saldo check", "Transport case", "Room 4 rental 2 nights", "2 x cable",
)  # fmt: skip
_LINES_A_PAGE = 48
_DISCOUNT = Decimal(5)


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    quantity: int
    unit_price: Decimal

    @property
    def line_total(self) -> Decimal:
        return self.quantity * self.unit_price


class RandomInvoice:
    """`pages` as printed and the `items` they state; the same seed gives the same."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._columns = self._some_columns()
        self._has_comma, self._is_right = self._chance(0.5), self._chance(0.7)
        self._is_headed_again, self._carries = self._chance(0.5), self._chance(0.3)
        self._section = self._rng.choice([0, 0, 3, 7])
        self._pages: list[list[str]] = []
        self.items = [self._item(number) for number in range(self._rng.choice([1, 2, 5, 30, 70]))]
        self.pages = self._print()

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _some_columns(self) -> list[str]:
        columns = ["description", "quantity", "unit_price", "line_total"]
        if self._chance(0.4):
            columns.insert(3, "tax")
        if self._chance(0.3):
            columns.insert(self._rng.randint(1, 3), "other")
        for name, share in (("quantity", 0.2), ("unit_price", 0.15)):
            if self._chance(share):
                columns.remove(name)
        return columns

    def _item(self, number: int) -> Item:
        name = self._rng.choice(_NAMES) + (f" {number}" if self._chance(0.5) else "")
        price = Decimal(0 if self._chance(0.03) else self._rng.randint(1, 99_999)) / 100
        return Item(name, self._rng.randint(1, 20), -price if self._chance(0.05) else price)

    def _print(self) -> list[Page]:
        header = self._row([self._rng.choice(_HEADINGS[column]) for column in self._columns])
        lines, so_far, section = ["Northwind Ltd", "Invoice no 17", "", header], Decimal(0), Decimal(0)
        for number, item in enumerate(self.items, 1):
            if len(lines) > _LINES_A_PAGE:
                lines = self._turn(lines, header, so_far)
            lines.append(self._row([self._cell(column, item) for column in self._columns]))
            so_far, section = so_far + item.line_total, section + item.line_total
            if self._chance(0.1):
                lines.append("  as agreed on the phone")
            if self._section and number % self._section == 0:
                lines.append(
                    self._sum(self._rng.choice(["Subtotal", "Zwischensumme", "Sous-total"]), section)
                )
                section = Decimal(0)
        self._pages.append([*lines, *self._totals(so_far)])
        return [page("\n".join(lines), number=number) for number, lines in enumerate(self._pages, 1)]

    def _turn(self, lines: list[str], header: str, so_far: Decimal) -> list[str]:
        label = self._rng.choice(["Carried forward", "Übertrag", "A reporter"])
        self._pages.append([*lines, self._sum(label, so_far)] if self._carries else lines)
        top = "Northwind Ltd" + " " * 30 + f"Page {len(self._pages) + 1}"
        return [top, header] if self._is_headed_again else [top]

    def _totals(self, rows: Decimal) -> list[str]:
        printed = self._rng.choice(["all", "net", "gross", "none", "discount"])
        net = rows - _DISCOUNT if printed == "discount" else rows
        tax = (net / 5).quantize(Decimal("0.01"))
        lines = {
            "discount": [self._sum("Discount", -_DISCOUNT)],
            "gross": [self._sum("Total", rows)],
        }.get(printed, [])
        if printed in ("all", "net", "discount"):
            lines.append(self._sum("Net total", net))
        if printed in ("all", "discount"):
            lines += [self._sum("VAT 20%", tax), self._sum("Grand total", net + tax)]
        return lines

    def _cell(self, column: str, item: Item) -> str:
        return {
            "description": item.name,
            "quantity": str(item.quantity),
            "unit_price": self._money(item.unit_price),
            "tax": "20%",
            "other": self._rng.choice(["10%", "A-17", "0815", ""]),
            "line_total": self._money(item.line_total),
        }[column]

    def _sum(self, label: str, amount: Decimal) -> str:
        return self._row([label, *[""] * (len(self._columns) - 2), self._money(amount)])

    def _money(self, amount: Decimal) -> str:
        text = f"{amount:,.2f}"
        return text.translate(str.maketrans(",.", ".,")) if self._has_comma else text

    def _row(self, cells: Sequence[str]) -> str:
        first, *others = cells
        put = [f"{cell:>13}" if self._is_right else f"  {cell:<11}" for cell in others]
        return (f"{first:<30}" + "".join(put)).rstrip()
