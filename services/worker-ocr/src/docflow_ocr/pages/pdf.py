"""PDF by pdfium alone: libraries disagree on damaged files, so pages are counted, read and drawn by one of them."""

import ctypes
import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pypdfium2 as pdfium
from docflow.domain.errors import PermanentError
from docflow.domain.json_types import clean_text
from docflow.domain.outcomes import Place
from docflow.domain.reading import Box, Page, TextSource, Word
from pypdfium2 import raw

from docflow_ocr.pages.hidden_text import HiddenText, Sight
from docflow_ocr.pages.mixed_fonts import Mixed, mixed

#: The largest side a PDF 1.x page may have, in points (200 inches).
MAX_SIDE_POINTS = 14_400
MAX_ATTACHMENTS = 50
MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024
MAX_CHARACTERS_PER_PAGE = 200_000
#: A page with fewer letters and digits in its text layer is looked at as a picture.
USABLE_CHARACTERS = 20
MAX_SIGNATURE_WORDS = 5
#: Enough for the OCR engine, which scales longer sides down to 1280 pixels anyway.
OCR_DPI = 150
_GRID = 20_000
_EMPTY_TREE = re.compile(rb"/Count\s+0\b")
_PAGE = re.compile(rb"/Type\s*/Page\b")


@dataclass(frozen=True, slots=True)
class TextLayer:
    """Every page with the words that can be seen of its text layer."""

    pages: tuple[Page, ...]
    drawn: tuple[int, ...] = ()
    """Numbers of the pages that must be read as pictures."""
    hiding: tuple[Place, ...] = ()
    """Where words stand that cannot be seen."""
    mixed: tuple[tuple[Mixed, Place], ...] = ()
    """Numbers in more than one font."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """`unseen`: words of which nothing shows; `beneath`: words that lie under something."""

    page: Page
    unseen: tuple[Word, ...]
    beneath: tuple[Word, ...]
    mixed: tuple[tuple[Mixed, Place], ...]


def check(data: bytes) -> int:
    """The number of pages. Raises PermanentError as `inspection.inspect` says."""
    with _opened(data) as document:
        for number in range(len(document)):
            width, height = _size(document, number)
            if max(width, height) > MAX_SIDE_POINTS:
                raise PermanentError("a page is larger than 200 inches", code="page_too_large")
        return len(document)


def attachments(data: bytes) -> list[tuple[str, bytes]]:
    """Names and bytes of the embedded files; too large ones are left out."""
    with _opened(data) as document:
        found = []
        for number in range(min(document.count_attachments(), MAX_ATTACHMENTS)):
            try:
                attachment = document.get_attachment(number)
                content = bytes(attachment.get_data())
            except pdfium.PdfiumError:
                continue
            if len(content) <= MAX_ATTACHMENT_BYTES:
                found.append((attachment.get_name(), content))
        return found


def text_pages(data: bytes) -> TextLayer:
    with _opened(data) as document:
        layers = [_text_page(document, number, numbers_too=True) for number in range(len(document))]
        drawn = {
            layer.page.number for number, layer in enumerate(layers)
            if not _tells_its_words(layer) and _shows_something(document, number)
        }  # fmt: skip
        return TextLayer(
            tuple(layer.page for layer in layers),
            tuple(sorted(drawn)),
            tuple(
                Place(layer.page.number, word.box) for layer in layers if _says_something(layer.unseen)
                for word in layer.unseen
            ),
            tuple(found for layer in layers if layer.page.number not in drawn for found in layer.mixed),
        )  # fmt: skip


def _tells_its_words(layer: _Layer) -> bool:
    is_scan = len(layer.beneath) > max(MAX_SIGNATURE_WORDS, len(layer.page.words))
    return not is_scan and _is_usable(layer.page)


def has_form(data: bytes) -> bool:
    with _opened(data) as document:
        return bool(document.get_formtype() != raw.FORMTYPE_NONE)


def plain_texts(data: bytes, most: int) -> list[str]:
    """The text of the first `most` pages as it stands in the file, values of forms among it; quick."""
    with _opened(data) as document:
        return [_plain_text(document, number) for number in range(min(len(document), most))]


def seen_pages(data: bytes, numbers: Sequence[int], *, forms: bool = True) -> list[Page]:
    """These pages with the words that can be seen of their text layers; without `forms`, not what fills its fields."""
    with _opened(data) as document:
        return [_text_page(document, number - 1, forms=forms).page for number in numbers]


def draw(data: bytes, number: int, pixel_budget: int) -> bytes:
    """Page `number` (from 1) as a grey JPEG of at most `pixel_budget` pixels."""
    with _opened(data) as document:
        width, height = _size(document, number - 1)
        scale = min(OCR_DPI / 72, math.sqrt(pixel_budget / max(1.0, width * height)))
        with (
            closing(document[number - 1]) as page,
            closing(page.render(scale=scale, grayscale=True)) as bitmap,
        ):
            out = io.BytesIO()
            bitmap.to_pil().convert("L").save(out, "JPEG", quality=90)
            return out.getvalue()


@contextmanager
def _opened(data: bytes) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise _refusal(data, str(error)) from None
    with closing(document):
        yield document


def _refusal(data: bytes, message: str) -> PermanentError:
    """Why pdfium refused; for a tree without pages it reports the error of whatever document it refused before."""
    if _EMPTY_TREE.search(data) and not _PAGE.search(data):
        return PermanentError("the document has no pages", code="no_pages")
    if b"/Encrypt" in data and ("password" in message.lower() or "security" in message.lower()):
        return PermanentError("the PDF is protected by a password", code="file_encrypted")
    return PermanentError("the PDF is damaged", code="file_corrupt")


def _size(document: pdfium.PdfDocument, index: int) -> tuple[float, float]:
    try:
        width, height = document.get_page_size(index)
    except pdfium.PdfiumError:
        raise PermanentError("a page of the PDF is damaged", code="file_corrupt") from None
    return float(width), float(height)


def _plain_text(document: pdfium.PdfDocument, index: int) -> str:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        raise PermanentError("a page of the PDF is damaged", code="file_corrupt") from None
    if document.get_formtype() != raw.FORMTYPE_NONE:
        page = _with_form_values(document, page, index)
    with closing(page), closing(page.get_textpage()) as layer:
        return str(layer.get_text_range(count=min(layer.count_chars(), MAX_CHARACTERS_PER_PAGE)))


def _text_page(
    document: pdfium.PdfDocument, index: int, *, forms: bool = True, numbers_too: bool = False
) -> _Layer:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        raise PermanentError("a page of the PDF is damaged", code="file_corrupt") from None
    if forms and document.get_formtype() != raw.FORMTYPE_NONE:
        page = _with_form_values(document, page, index)
    with closing(page), closing(page.get_textpage()) as layer:
        width, height = page.get_size()
        hidden, letters = HiddenText(page, layer), _letters(layer)
        words: dict[Sight, list[Word]] = {sight: [] for sight in Sight}
        for start, word in _words(page, layer, letters):
            words[hidden.sight(start, word.box)].append(word)
        read = Page(
            number=index + 1,
            width=width,
            height=height,
            words=tuple(words[Sight.SEEN]),
            source=TextSource.TEXT_LAYER,
            rotation=page.get_rotation(),
        )
        numbers = [
            (one, Place(read.number, _union(boxes)))
            for one in (mixed(layer, "".join(map(_character, letters))) if numbers_too else ())
            if (boxes := _boxes(page, layer, one.start, one.end))
        ]
        return _Layer(read, tuple(words[Sight.HIDDEN]), tuple(words[Sight.BENEATH]), tuple(numbers))


def _says_something(words: Sequence[Word]) -> bool:
    """Some writers of PDF sign each page with a few words nobody sees; amounts or sentences are another matter."""
    return len(words) > MAX_SIGNATURE_WORDS or any(any(map(str.isdigit, word.text)) for word in words)


def _with_form_values(document: pdfium.PdfDocument, page: pdfium.PdfPage, index: int) -> pdfium.PdfPage:
    """The page with what was filled into its form drawn onto it, in memory; text layers leave that out."""
    raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    page.close()
    return document[index]


def _letters(layer: pdfium.PdfTextPage) -> list[int]:
    count = min(layer.count_chars(), MAX_CHARACTERS_PER_PAGE)
    return [raw.FPDFText_GetUnicode(layer, index) for index in range(count)]


def _words(
    page: pdfium.PdfPage, layer: pdfium.PdfTextPage, letters: Sequence[int]
) -> Iterator[tuple[int, Word]]:
    """Words in the layer's order, each with the number of its first character."""
    start = None
    for index, letter in enumerate([*letters, 0x20]):
        blank = letter <= 0x20 or letter in (0xA0, 0xFFFE, 0xFFFF) or 0x2000 <= letter <= 0x200B
        if not blank and start is None:
            start = index
        elif blank and start is not None:
            yield from ((start, word) for word in _word(page, layer, letters, start, index))
            start = None


def _word(
    page: pdfium.PdfPage, layer: pdfium.PdfTextPage, letters: Sequence[int], start: int, end: int
) -> Iterator[Word]:
    text = clean_text("".join(_character(letter) for letter in letters[start:end]))
    boxes = _boxes(page, layer, start, end)
    if boxes and text.strip():
        yield Word(text, _union(boxes))


def _boxes(page: pdfium.PdfPage, layer: pdfium.PdfTextPage, start: int, end: int) -> list[Box]:
    boxes = [_fraction(page, box) for box in _rectangles(layer, start, end - start)]
    # What begins on the page and lies mostly beside it is no more seen than what lies beside it.
    return [box for box in boxes if 0 < box[0] + box[2] < 2 and 0 < box[1] + box[3] < 2]


def _character(letter: int) -> str:
    return chr(letter) if letter < 0x110000 else "\ufffd"


def _rectangles(
    layer: pdfium.PdfTextPage, start: int, count: int
) -> Iterator[tuple[float, float, float, float]]:
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    for number in range(raw.FPDFText_CountRects(layer, start, count)):
        if raw.FPDFText_GetRect(layer, number, left, top, right, bottom):
            yield left.value, top.value, right.value, bottom.value


def _fraction(page: pdfium.PdfPage, box: tuple[float, float, float, float]) -> Box:
    """From the page's own space, which knows no rotation and no crop, to fractions of the page as seen."""
    (ax, ay), (bx, by) = _seen(page, box[0], box[1]), _seen(page, box[2], box[3])
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _seen(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return across.value / _GRID, down.value / _GRID


def _union(boxes: list[Box]) -> Box:
    return (
        max(0.0, min(box[0] for box in boxes)),
        max(0.0, min(box[1] for box in boxes)),
        min(1.0, max(box[2] for box in boxes)),
        min(1.0, max(box[3] for box in boxes)),
    )


def _is_usable(page: Page) -> bool:
    letters = "".join(word.text for word in page.words)
    readable = sum(letter.isalnum() for letter in letters)
    # Fonts without a map to Unicode come out as private or replacement characters.
    unmapped = sum(letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" for letter in letters)
    return readable >= USABLE_CHARACTERS and unmapped * 5 <= len(letters)


def _shows_something(document: pdfium.PdfDocument, index: int) -> bool:
    with closing(document[index]) as page:
        return int(raw.FPDFPage_CountObjects(page)) > 0
