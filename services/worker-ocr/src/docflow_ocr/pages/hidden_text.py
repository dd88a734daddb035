"""Text that a PDF holds and nobody sees: white on white, invisible, or too small to read."""

import ctypes
from functools import cached_property
from typing import cast

import pypdfium2 as pdfium
from docflow.domain.reading import Box
from PIL import Image
from pypdfium2 import raw

#: Print of medicine leaflets is about 5 points; this is a third of that.
TINY_POINTS = 2.0
#: Pixels of one place that differ less than this show nothing.
FLAT = 24
_WHITE = 245
_UNSEEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})


class HiddenText:
    """Tells hidden words of one page. The page is drawn once, and only if a word is suspect.

    Scans carry the words of their picture as invisible text: where such a word stands, the picture shows ink.
    """

    def __init__(self, page: pdfium.PdfPage, layer: pdfium.PdfTextPage) -> None:
        self._page = page
        self._layer = layer

    def hides(self, character: int, box: Box) -> bool:
        """Whether the word that starts at `character` and stands in `box` (page fractions) cannot be seen."""
        return self._is_tiny(character) or (self._is_suspect(character) and self._is_blank(box))

    def _is_tiny(self, character: int) -> bool:
        # The loose box has the font's height; that of a dash alone is always small.
        box = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(self._layer, character, box):
            return False
        # A turned word is as high as its characters are wide.
        size = float(max(abs(box.top - box.bottom), abs(box.right - box.left)))
        return 0 < size < TINY_POINTS

    def _is_suspect(self, character: int) -> bool:
        text = raw.FPDFText_GetTextObject(self._layer, character)
        if text and raw.FPDFTextObj_GetTextRenderMode(text) in _UNSEEN_MODES:
            return True
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not raw.FPDFText_GetFillColor(self._layer, character, red, green, blue, alpha):
            return False
        return alpha.value < 16 or min(red.value, green.value, blue.value) >= _WHITE

    def _is_blank(self, box: Box) -> bool:
        width, height = self._drawn.size
        left, top = int(box[0] * width), int(box[1] * height)
        right, bottom = max(left + 1, round(box[2] * width)), max(top + 1, round(box[3] * height))
        place = self._drawn.crop((left, top, min(right, width), min(bottom, height)))
        lowest, highest = cast("tuple[int, int]", place.getextrema())
        return highest - lowest < FLAT

    @cached_property
    def _drawn(self) -> Image.Image:
        width, height = self._page.get_size()
        bitmap = self._page.render(scale=min(2.0, 1500 / max(width, height, 1.0)), grayscale=True)
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("L")
