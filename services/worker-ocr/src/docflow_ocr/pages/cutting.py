"""Cuts pages out of a stack as files of their own. Runs in a workbench child: it parses bytes that nobody vouches for."""

import io
from collections.abc import Sequence

import pikepdf
from docflow.domain.errors import PermanentError
from docflow.domain.file_types import PDF
from PIL import Image, TiffImagePlugin

from docflow_ocr.pages import images


def cut_out(
    data: bytes, mime_type: str, page_count: int, parts: Sequence[tuple[int, int]], pixel_limit: int
) -> list[bytes]:
    """Each part (first and last page, from 1) as a PDF or TIFF; the same bytes whenever it is asked for.

    `page_count` is how many pages the file was found to have when it was read. Raises PermanentError `file_corrupt` for a
    file that this reader counts otherwise, and as `inspection.inspect` says.
    """
    cut = _pdf_parts if mime_type == PDF else _tiff_parts
    return cut(data, page_count, parts, pixel_limit)


def _pdf_parts(data: bytes, page_count: int, parts: Sequence[tuple[int, int]], _: int) -> list[bytes]:
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as stack:
            _refuse_other_count(len(stack.pages), page_count)
            if "/AcroForm" in stack.Root:
                # A form is of the whole file; what was filled in is drawn onto the pages, so that each takes its own along.
                stack.generate_appearance_streams()
                stack.flatten_annotations("screen")
            return [_pdf_part(stack, first, last) for first, last in parts]
    except pikepdf.PasswordError:
        raise PermanentError("the PDF is protected by a password", code="file_encrypted") from None
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RecursionError, RuntimeError):
        raise PermanentError("the PDF is damaged", code="file_corrupt") from None


def _pdf_part(stack: pikepdf.Pdf, first: int, last: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as part:
        part.add_pages_from(stack, range(first - 1, last), forms="strip")
        part.remove_unreferenced_resources()
        part.save(out, deterministic_id=True)
    return out.getvalue()


def _tiff_parts(
    data: bytes, page_count: int, parts: Sequence[tuple[int, int]], pixel_limit: int
) -> list[bytes]:
    with images.opened(data, pixel_limit) as stack:
        _refuse_other_count(int(getattr(stack, "n_frames", 1)), page_count)
        return [_tiff_part(stack, first, last, pixel_limit) for first, last in parts]


def _tiff_part(stack: Image.Image, first: int, last: int, pixel_limit: int) -> bytes:
    out = io.BytesIO()
    # Frame by frame, so that one is in memory at a time.
    with TiffImagePlugin.AppendingTiffWriter(out, new=True) as writer:
        for number in range(first, last + 1):
            frame = images.frame(stack, number - 1, pixel_limit)
            packing = "group4" if frame.mode == "1" else "tiff_lzw"
            frame.save(writer, "TIFF", compression=packing, dpi=stack.info.get("dpi", (200, 200)))
            writer.newFrame()
    return out.getvalue()


def _refuse_other_count(found: int, page_count: int) -> None:
    if found != page_count:
        raise PermanentError("the pages of the file cannot be told apart", code="file_corrupt")
