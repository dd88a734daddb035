"""Stacks of documents, made for tests."""

import io
from collections.abc import Sequence

import pikepdf
from PIL import Image, ImageDraw, ImageFont

INVOICE = """Northwind Traders
INVOICE
Invoice No: NW-1001
Invoice date: 2026-05-04
Widgets 10.00
Total 10.00
Page 1 of 1"""
OTHER_INVOICE = """Contoso Limited
INVOICE
Invoice No: C-77412
Invoice date: 2026-06-01
Gadgets 25.50
Total 25.50
Page 1 of 2"""
OTHER_INVOICE_GOES_ON = """Contoso Limited
Invoice No: C-77412
Terms of delivery and payment
Page 2 of 2"""
DOUBTFUL = """Northwind Shipping Partners
INVOICE
Invoice No: NS-2044
Freight 12.00
Total 12.00"""
UNNUMBERED = """Northwind Traders Worldwide
INVOICE
Invoice No: NW-1001
Widgets 10.00
Total 10.00"""

SURE = (INVOICE, OTHER_INVOICE, OTHER_INVOICE_GOES_ON)
"""Cut on page 2 for sure."""


def stack_pdf(*pages: str, sizes: Sequence[tuple[int, int]] = ()) -> bytes:
    """A page for each text, each of its own size; a text layer and nothing else."""
    pdf, out = pikepdf.new(), io.BytesIO()
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    for at, text in enumerate(pages):
        page = pdf.add_blank_page(page_size=sizes[at] if sizes else (595, 842))
        lines = (
            f"BT /F 12 Tf 60 {780 - 24 * row} Td ({line}) Tj ET" for row, line in enumerate(text.split("\n"))
        )
        page.Contents = pdf.make_stream("\n".join(lines).encode())
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def doubtful_pdf() -> bytes:
    """Two pages that may be two documents."""
    return stack_pdf(UNNUMBERED, DOUBTFUL, sizes=((595, 842), (612, 792)))


def stack_tiff(*pages: str) -> bytes:
    """The same as black and white scans."""
    frames, out = [_drawn(text) for text in pages], io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="group4", dpi=(100, 100))
    return out.getvalue()


def _drawn(text: str) -> Image.Image:
    paper = Image.new("L", (827, 1169), 255)
    pen = ImageDraw.Draw(paper)
    for row, line in enumerate(text.split("\n")):
        pen.text((80, 80 + 48 * row), line, fill=0, font=ImageFont.load_default(26))
    return paper.convert("1", dither=Image.Dither.NONE)
