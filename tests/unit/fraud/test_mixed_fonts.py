"""Figures of one number in two fonts, as an editor leaves them, and what is set in two fonts for its looks."""

import io

import pikepdf
import pytest
from docflow.domain.reading import FraudFlag
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import open_file

from tests.unit.fraud.tampered import LINES, covered_by_a_note, drawn, pdf_of, told_otherwise_by_a_font

LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)
#: E is Helvetica as F is, from another subset; B is another font.
FONTS = {"/E": "/EDITED+Helvetica", "/B": "/Helvetica-Bold"}


def with_line(*parts: str) -> bytes:
    """A page whose last line is made of parts, each led by the letter of its font."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(drawn(*LINES[:-1])))) as pdf:
        fonts = pdf.pages[0].Resources.Font
        for name, font in FONTS.items():
            fonts[name] = pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(font)
                )
            )
        shown = " ".join(f"/{part[0]} 12 Tf ({part[1:]}) Tj" for part in parts)
        pdf.pages[0].contents_add(pdf.make_stream(f"BT 40 600 Td {shown} ET".encode("ascii")))
        pdf.save(out)
    return out.getvalue()


def told(data: bytes) -> tuple[FraudFlag, ...]:
    flags = open_file(data, "application/pdf", LIMITS).signals
    return tuple(flag for flag in flags if flag.code == "fonts_mixed")


def test_a_figure_from_another_subset_is_told_with_the_number_and_its_place() -> None:
    (flag,) = told(with_line("FTotal EUR ", "E9", "F,190.00"))
    assert (flag.family, flag.score, flag.evidence["count"]) == ("structure", 0.15, 1)
    (number,) = flag.evidence["numbers"]
    assert (number["text"], number["other"], number["page"]) == ("9,190.00", "9", 1)
    x0, y0, x1, y1 = number["box"]
    assert 0 < x0 < x1 < 0.4
    assert 0.2 < y0 < y1 < 0.4


@pytest.mark.parametrize(
    ("parts", "other"),
    [
        (("F1", "B9", "F0.00"), "9"),
        (("FInvoice number 2026", "E7", "F1"), "7"),
        (("FIBAN DE89 3704 0044 ", "E0532", "F 0130 00"), "0532"),
        (("FIBAN DE8937040044", "E05", "F32013000"), "05"),
    ],
    ids=["bold", "a number", "a group of an account", "an account in one piece"],
)
def test_wherever_in_a_number_the_other_font_stands_it_is_told(parts: tuple[str, ...], other: str) -> None:
    (flag,) = told(with_line(*parts))
    assert flag.evidence["numbers"][0]["other"] == other


@pytest.mark.parametrize(
    "parts",
    [
        ("FTotal EUR ", "B1,190.00"),
        ("F2 ", "B1,190.00"),
        ("F20", "B26"),
        ("F1,190.00 ", "B1,309.00"),
        ("BEUR", "F1,190.00"),
        ("FIBAN DE89 3704 0044 0532 0130 00 ", "BBIC 12345"),
    ],
    ids=["label and amount", "two columns", "a year", "two amounts", "sign", "what follows an account"],
)
def test_what_is_set_in_two_fonts_for_its_looks_is_not_told(parts: tuple[str, ...]) -> None:
    assert told(with_line(*parts)) == ()


def test_of_forged_totals_the_one_made_by_a_font_is_told_and_a_note_on_top_is_not() -> None:
    assert [flag.evidence["numbers"][0]["other"] for flag in told(told_otherwise_by_a_font())] == ["1"]
    assert told(covered_by_a_note()) == ()
