"""INTELLIGENT_OCR's first look: the invoice inside, the text layer, and what is left for OCR."""

from dataclasses import dataclass

from docflow.domain import file_types, fraud
from docflow.domain.e_invoice import EInvoice
from docflow.domain.reading import FraudFlag, Page, TextSource
from docflow.features.splitting.cuts import Cut

from docflow_ocr.pages import images, pdf, plain_text, written
from docflow_ocr.pages.inspection import FileLimits


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """`pages` in order; those in `drawn` (numbers) have no usable words yet and must be read as pictures."""

    pages: tuple[Page, ...]
    drawn: tuple[int, ...] = ()
    invoice: EInvoice | None = None
    warnings: tuple[str, ...] = ()
    signals: tuple[FraudFlag, ...] = ()
    producer: str | None = None
    """The program that made the file, without its version."""
    cuts: tuple[Cut, ...] | None = None
    """Where a stack seems to begin another document; None = nobody looked yet."""


def open_file(data: bytes, mime_type: str, limits: FileLimits) -> OpenedFile:
    """Raises PermanentError with the codes of `inspection.inspect`."""
    if mime_type == file_types.PDF:
        return _pdf(data)
    if mime_type == file_types.XML:
        from docflow_ocr.e_invoice.reading import read_xml

        return OpenedFile((), invoice=read_xml(data))
    if mime_type in file_types.IMAGES:
        sizes = images.sizes(data, limits.image_pixels)
        blank = tuple(
            Page(number, width, height, (), TextSource.OCR) for number, (width, height) in enumerate(sizes, 1)
        )
        from docflow_ocr.pages.file_traits import made_of_image

        drawn = tuple(page.number for page in blank)
        return OpenedFile(blank, drawn=drawn, signals=made_of_image(data).flags)
    if mime_type == file_types.TEXT:
        return OpenedFile(tuple(plain_text.text_pages(data)))
    return _written(data, mime_type)


def draw_page(data: bytes, mime_type: str, number: int, limits: FileLimits) -> bytes:
    """A page as a picture for the OCR engine."""
    if mime_type == file_types.PDF:
        return pdf.draw(data, number, limits.page_pixels)
    return images.draw(data, number, limits.image_pixels, limits.page_pixels)


def _written(data: bytes, mime_type: str) -> OpenedFile:
    found = written.opened(data, mime_type)
    return OpenedFile(tuple(written.pages(found)), warnings=found.warnings, signals=written.signals(found))


def _pdf(data: bytes) -> OpenedFile:
    from docflow_ocr.pages.file_traits import made_of_pdf
    from docflow_ocr.pages.mixed_fonts import told as mixed_told
    from docflow_ocr.pages.pdf_dangers import dangers
    from docflow_ocr.pages.revisions import revised

    attached = pdf.attachments(data)
    invoice: EInvoice | None = None
    warnings: tuple[str, ...] = ()
    if any(name.lower().endswith(".xml") for name, _ in attached):
        from docflow_ocr.e_invoice.reading import read_attachments

        invoice, warnings = read_attachments(attached)
    layer = pdf.text_pages(data)
    made = made_of_pdf(data)
    signals = (
        *dangers(data, attached),
        *fraud.refused_attachment(warnings),
        *fraud.hidden_text(layer.hiding),
        *mixed_told(layer.mixed),
        *revised(data),
        *made.flags,
    )
    # An invoice that brings its values needs no OCR; its visible page is compared where it has text.
    return OpenedFile(layer.pages, () if invoice else layer.drawn, invoice, warnings, signals, made.producer)
