"""Invoices of made-up vendors whose labels no list of labels knows, in layouts of their own."""

from dataclasses import dataclass
from decimal import Decimal

SCHEMA = {
    "type": "object",
    "properties": {
        "seller_name": {"type": "string"},
        "invoice_number": {"type": "string"},
        "issue_date": {"type": "string", "format": "date"},
        "grand_total": {"type": "string", "x-kind": "money"},
    },
    "required": ["invoice_number", "issue_date", "grand_total"],
}


@dataclass(frozen=True, slots=True)
class Paper:
    """`text` is the file; the others are what is right, in canonical form."""

    text: str
    seller_name: str
    invoice_number: str
    issue_date: str
    grand_total: str

    @property
    def truth(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in SCHEMA["properties"]}


def nordwind(serial: int) -> Paper:
    """Labels to the left of their values; the sum to pay is not the greatest amount, nor the last."""
    month, day = 1 + serial % 12, 10 + serial % 15
    net = Decimal(7150 + 1313 * serial) / 100
    tax = (net * Decimal("0.19")).quantize(Decimal("0.01"))
    paid, deposit = net + tax, Decimal("250.00") + serial
    text = f"""
Nordwind Werkzeuge GmbH
Hafenstrasse 12, 20457 Hamburg

Vorgangskennung      NW/2026-{400 + 7 * serial}
Aufgestellt          {day:02}.{month:02}.2026

Kettenoel 5 L                        2      {_de(net / 2)}     {_de(net)}

Warenwert                                             {_de(net)}
Abgabe                                                {_de(tax)}
Zu begleichen                                         {_de(paid)}
Hinterlegtes Pfand                                    {_de(deposit)}
"""
    return Paper(
        text, "Nordwind Werkzeuge GmbH", f"NW/2026-{400 + 7 * serial}", f"2026-{month:02}-{day:02}", str(paid)
    )


def harbour(serial: int) -> Paper:
    """Headings above their values, in a strip of columns."""
    month, day = 1 + (3 * serial) % 12, 13 + serial % 12
    owed = Decimal(42350 + 977 * serial) / 100
    held = owed + Decimal("80.00")
    text = f"""
Harbour Light Chandlers Ltd
4 Quay Road, Falmouth TR11 3XX

Docket               Drawn up             Settle
HL-{7000 + serial}-Q            {day:02}/{month:02}/2026           {owed}

Rope, 12 mm, 40 m
Shackles, galvanised

Held against your account                 {held}
"""
    return Paper(
        text, "Harbour Light Chandlers Ltd", f"HL-{7000 + serial}-Q", f"2026-{month:02}-{day:02}", str(owed)
    )


def _de(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
