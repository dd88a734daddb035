"""A result as the invoice it states: what the exports to invoice syntaxes start from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from docflow.domain.comparing import number as decimal_of
from docflow.domain.errors import UserError
from docflow.domain.json_types import JsonObject

_MUST = ("invoice_number", "issue_date", "currency", "seller_name", "grand_total")
_CREDIT_NOTES = frozenset({"381", "396", "81", "83", "532"})
#: UN/ECE recommendation 20: "one", for a line that names no unit.
ONE = "C62"
_CONTROLS = frozenset("\x0b\x0c\x1c\x1d\x1e\x1f")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StatedInvoice:
    """Values by canonical name (docflow.domain.e_invoice), and the rows of the tables named like an invoice's parts."""

    values: Row
    lines: Sequence[Row]
    taxes: Sequence[Row]
    adjustments: Sequence[Row]

    @property
    def is_credit(self) -> bool:
        return self.values.get("type_code") in _CREDIT_NOTES

    def amount(self, name: str) -> Decimal | None:
        return decimal_of(self.values.get(name))


def stated_invoice(result: JsonObject) -> StatedInvoice:
    """Raises UserError `export_incomplete` naming the fields that no invoice can be without."""
    values = _stated(result.get("fields") or {})
    if missing := [name for name in _MUST if not values.get(name)]:
        raise UserError(f"an invoice needs {', '.join(missing)}", code="export_incomplete")
    tables: Mapping[str, Sequence[Mapping[str, JsonObject]]] = result.get("tables") or {}
    rows = {name: [_stated(row) for row in found] for name, found in tables.items()}
    return StatedInvoice(
        values,
        lines=rows.get("line_items", ()),
        taxes=rows.get("taxes") or rows.get("tax_breakdown") or (),
        adjustments=rows.get("adjustments", ()),
    )


def _stated(read: Mapping[str, JsonObject]) -> Row:
    return {name: str(one["value"]) for name, one in read.items() if one and one.get("value") is not None}


def writable(value: str | None) -> str:
    """XML has no way to write control characters; some of them count as blanks."""
    kept = (char for char in value or "" if char.isprintable() or (char.isspace() and char not in _CONTROLS))
    return "".join(kept).strip()
