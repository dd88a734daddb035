"""Documents of the demo, each with an invoice number of its own: a second one of a number is held as a duplicate."""

import io
from pathlib import Path

import pikepdf

from tests.e2e.documents import DEMO

E_INVOICE = "xrechnung-mustermann-18383.xml"
BORN_DIGITAL = "saas-calendly-3189846.pdf"
_DIGITS = "012346789"
"""Those that the PDF brings glyphs of."""
_GLYPH_OF_ZERO = 0x13


def invoice(name: str, number: int) -> tuple[str, bytes]:
    """What its number says and the file: one of the two above, otherwise as it came."""
    if name == E_INVOICE:
        said = str(2_000_000 + number)
        before = (DEMO / name).read_bytes()
        return said, before.replace(b"<cbc:ID>18383</cbc:ID>", f"<cbc:ID>{said}</cbc:ID>".encode(), 1)
    said = "31" + _in_digits(number)
    return said, _numbered_pdf(DEMO / name, "3189846", said)


def _in_digits(number: int) -> str:
    """Five of them, another text for each number below 59,049."""
    text = ""
    for _ in range(5):
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text


def _numbered_pdf(path: Path, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(path) as pdf:
        page = pdf.pages[0]
        drawn = [
            ([_glyphs(new) if value == _glyphs(old) else value for value in operands], operator)
            for operands, operator in pikepdf.parse_content_stream(page)
        ]
        page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(drawn))
        pdf.save(out)
    return out.getvalue()


def _glyphs(digits: str) -> pikepdf.String:
    return pikepdf.String(bytes(byte for digit in digits for byte in (0, _GLYPH_OF_ZERO + int(digit))))
