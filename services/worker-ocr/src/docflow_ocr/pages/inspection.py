"""INGEST's look into a file: is it what it says, whole, open to read and within the limits."""

from dataclasses import dataclass

from docflow.domain import file_types
from docflow.domain.errors import PermanentError

from docflow_ocr.pages import images, laid_out, pdf, plain_text, written


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Pixels are of one image as stored; pages of one document (frames of an image count as pages)."""

    pages: int
    image_pixels: int
    page_pixels: int


@dataclass(frozen=True, slots=True)
class Inspection:
    mime_type: str
    page_count: int


def inspect(data: bytes, file_name: str, limits: FileLimits) -> Inspection:
    """What the file is. An XML invoice has no pages.

    Raises UserError `file_empty`, UnsupportedMedia (`file_unsupported`, `file_type_mismatch`) or PermanentError
    (`file_encrypted`, `file_corrupt`, `file_unsafe`, `file_unsupported`, `no_pages`, `too_many_pages`,
    `page_too_large`, `image_too_large`, `expansion_limit`).
    """
    mime = file_types.sniff(data, file_name)
    count = _count(data, mime, limits)
    if count == 0 and mime != file_types.XML:
        raise PermanentError("the document has no pages", code="no_pages")
    if count > limits.pages:
        raise PermanentError(f"the document has more than {limits.pages} pages", code="too_many_pages")
    return Inspection(mime, count)


def _count(data: bytes, mime: str, limits: FileLimits) -> int:
    if mime == file_types.PDF:
        return pdf.check(data)
    if mime in file_types.IMAGES:
        return images.check(data, limits.image_pixels, limits.pages)
    if mime == file_types.XML:
        _check_invoice(data)
        return 0
    if mime == file_types.TEXT:
        return plain_text.check(data)
    return len(laid_out.pages_of(written.opened(data, mime).blocks))


def _check_invoice(data: bytes) -> None:
    from docflow_ocr.e_invoice.reading import is_invoice

    if not is_invoice(data):
        raise PermanentError("the XML is not an invoice in CII or UBL", code="file_unsupported")
