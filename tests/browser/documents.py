"""Documents that wait for a person, each different from every other."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from random import SystemRandom

from PIL import Image, ImageDraw, ImageFont

from tests.data.make_invoices import LAYOUTS, Row, draw


def doubtful_invoice() -> bytes:
    """A picture of an invoice that says no currency; its number and amounts are its own."""
    net = SystemRandom().randrange(200, 9000) * 100
    lines = [
        "Seller: Nordwerft Hamburg GmbH",
        f"Invoice number: {SystemRandom().randrange(10**7, 10**8)}",
        "Invoice date: 2026-03-05",
        "",
        f"Net total: {net}.00",
        f"VAT: {net * 19 // 100}.00",
        f"Total: {net * 119 // 100}.00",
    ]
    page = Image.new("RGB", (1240, 1000), "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(30)
    for place, line in enumerate(lines):
        draw.text((110, 90 + 64 * place), line, fill="black", font=font)
    out = BytesIO()
    page.save(out, "PDF", resolution=150)
    return out.getvalue()


def doubtful_rows(rows: Sequence[Row]) -> bytes:
    """An invoice with these items that says no currency; its number is its own."""
    number = SystemRandom().randrange(10**7, 10**8)
    plain = LAYOUTS[0]
    return draw(replace(plain, words={**plain.words, "title": f"Invoice number: {number}"}), rows)
