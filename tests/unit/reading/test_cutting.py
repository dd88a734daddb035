import hashlib
import io

import pikepdf
import pytest
from docflow.domain.errors import PermanentError
from docflow.domain.file_types import PDF, TIFF
from docflow.domain.splitting import ranges
from docflow_ocr.pages import images, pdf
from docflow_ocr.pages.cutting import cut_out
from PIL import Image

from tests.unit.reading.made_stacks import SURE, stack_pdf, stack_tiff

PIXELS = 50_000_000


def texts(part: bytes) -> list[str]:
    return [page.words[0].text for page in pdf.text_pages(part).pages]


def test_cuts_part_the_pages_with_none_left_out_and_none_twice() -> None:
    assert list(ranges(7, (4, 7))) == [(1, 3), (4, 6), (7, 7)]
    assert list(ranges(3, ())) == [(1, 3)]


def test_each_part_of_a_pdf_holds_its_own_pages_alone() -> None:
    first, rest = cut_out(stack_pdf(*SURE), PDF, 3, [(1, 1), (2, 3)], PIXELS)
    assert (texts(first), texts(rest)) == (["Northwind"], ["Contoso", "Contoso"])
    assert b"Northwind" not in _unpacked(rest)


def test_a_part_is_the_same_bytes_whenever_it_is_cut() -> None:
    made = {hashlib.sha256(cut_out(stack_pdf(*SURE), PDF, 3, [(2, 3)], PIXELS)[0]).digest() for _ in range(2)}
    assert len(made) == 1


def test_what_was_filled_into_a_form_goes_with_its_page() -> None:
    first, second = cut_out(_form(), PDF, 2, [(1, 1), (2, 2)], PIXELS)
    assert "KX-4711" in [word.text for page in pdf.text_pages(first).pages for word in page.words]
    assert b"KX-4711" not in _unpacked(second)


def test_frames_of_a_tiff_become_tiffs_of_the_same_size() -> None:
    first, rest = cut_out(stack_tiff(*SURE), TIFF, 3, [(1, 1), (2, 3)], PIXELS)
    assert (images.sizes(first, PIXELS), images.sizes(rest, PIXELS)) == ([(827, 1169)], [(827, 1169)] * 2)
    with Image.open(io.BytesIO(stack_tiff(*SURE))) as stack, Image.open(io.BytesIO(rest)) as part:
        stack.seek(2)
        part.seek(1)
        assert stack.tobytes() == part.tobytes()


@pytest.mark.parametrize("data", [b"%PDF-1.7 damaged", stack_pdf("one")])
def test_a_file_whose_pages_cannot_be_told_apart_is_refused(data: bytes) -> None:
    with pytest.raises(PermanentError) as refused:
        cut_out(data, PDF, 2, [(1, 1), (2, 2)], PIXELS)
    assert refused.value.code == "file_corrupt"


def _unpacked(data: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as opened:
        opened.save(
            out,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,
        )
    return out.getvalue()


def _form() -> bytes:
    """Two pages with a field on the first."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(stack_pdf("a form", "another page"))) as made:
        font = made.pages[0].Resources.Font.F
        field = made.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("number"),
                V=pikepdf.String("KX-4711"),
                DA=pikepdf.String("/F 12 Tf 0 g"),
                Rect=[100, 500, 300, 530],
                F=4,
                P=made.pages[0].obj,
            )
        )
        made.pages[0].Annots = [field]
        made.Root.AcroForm = pikepdf.Dictionary(
            Fields=[field],
            NeedAppearances=True,
            DA=pikepdf.String("/F 12 Tf 0 g"),
            DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font)),
        )
        made.generate_appearance_streams()
        made.save(out)
    return out.getvalue()
