"""Text that a PDF holds and nobody sees: white on white, invisible, too small to read, or under a picture."""

import ctypes
from collections.abc import Iterator
from enum import Enum, auto
from functools import cached_property
from typing import cast

import pypdfium2 as pdfium
from docflow.domain.reading import Box
from PIL import Image, ImageChops
from pypdfium2 import raw

#: Print of medicine leaflets is about 5 points; this is a third of that.
TINY_POINTS = 2.0
#: Pixels of one place that differ less than this show nothing.
FLAT = 24
_WHITE = 245
#: A page of more shapes is a drawing; whether one of them covers a word is not looked at then.
_MOST_COVERS = 500
_UNSEEN_MODES = frozenset({raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP})


class Sight(Enum):
    SEEN = auto()
    HIDDEN = auto()
    """Nothing shows where it stands."""
    BENEATH = auto()
    """Something else shows there, as on scans, whose words lie invisibly under the picture. What they say need not be
    what the picture says."""


class HiddenText:
    """Tells hidden words of one page. Only if a word is suspect is the page drawn, once with its text and once without:
    a word is seen where that makes a difference.
    """

    def __init__(self, page: pdfium.PdfPage, layer: pdfium.PdfTextPage) -> None:
        self._page = page
        self._layer = layer

    def sight(self, character: int, box: Box) -> Sight:
        """Of the word that starts at `character` and stands in `box` (page fractions)."""
        if self._is_tiny(character):
            return Sight.HIDDEN
        if not (self._is_suspect(character) or self._is_covered(character)):
            return Sight.SEEN
        if self._is_blank(box):
            return Sight.HIDDEN
        return Sight.SEEN if self._makes_a_difference(box) else Sight.BENEATH

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

    def _is_covered(self, character: int) -> bool:
        """Whether a picture or a filled shape that is drawn later lies over the middle of the text's first character."""
        if not self._covers:
            return False
        text = raw.FPDFText_GetTextObject(self._layer, character)
        order = self._order.get(_address(text)) if text else None
        if order is None or order > self._covers[-1][0]:
            return False
        later = [cover for at, cover in self._covers if at > order]
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        if not raw.FPDFText_GetCharBox(self._layer, character, left, right, bottom, top):
            return False
        x, y = (left.value + right.value) / 2, (bottom.value + top.value) / 2
        return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in later)

    def _is_blank(self, box: Box) -> bool:
        lowest, highest = cast("tuple[int, int]", _place(self._drawn, box).getextrema())
        return highest - lowest < FLAT

    def _makes_a_difference(self, box: Box) -> bool:
        changed = ImageChops.difference(_place(self._drawn, box), _place(self._drawn_without_text, box))
        return cast("tuple[int, int]", changed.getextrema())[1] >= FLAT

    @cached_property
    def _objects(self) -> list[raw.FPDF_PAGEOBJECT]:
        """In the order in which they are drawn."""
        return [raw.FPDFPage_GetObject(self._page, at) for at in range(raw.FPDFPage_CountObjects(self._page))]

    @cached_property
    def _order(self) -> dict[int, int]:
        return {
            _address(one): at
            for at, one in enumerate(self._objects)
            if raw.FPDFPageObj_GetType(one) == raw.FPDF_PAGEOBJ_TEXT
        }

    @cached_property
    def _covers(self) -> list[tuple[int, tuple[float, float, float, float]]]:
        """Places of what can lie over text, each with its number in the order of drawing."""
        found = [
            (at, _bounds(one))
            for at, one in enumerate(self._objects)
            if raw.FPDFPageObj_GetType(one) == raw.FPDF_PAGEOBJ_IMAGE or _is_filled(one)
        ]
        return found if len(found) <= _MOST_COVERS else []

    @cached_property
    def _drawn_without_text(self) -> Image.Image:
        texts = list(_texts(self._objects))
        for one in texts:
            raw.FPDFPageObj_SetIsActive(one, False)
        try:
            return self._draw()
        finally:
            for one in texts:
                raw.FPDFPageObj_SetIsActive(one, True)

    @cached_property
    def _drawn(self) -> Image.Image:
        return self._draw()

    def _draw(self) -> Image.Image:
        width, height = self._page.get_size()
        bitmap = self._page.render(scale=min(2.0, 1500 / max(width, height, 1.0)), grayscale=True)
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("L")


def _place(picture: Image.Image, box: Box) -> Image.Image:
    width, height = picture.size
    left, top = int(box[0] * width), int(box[1] * height)
    right, bottom = max(left + 1, round(box[2] * width)), max(top + 1, round(box[3] * height))
    return picture.crop((left, top, min(right, width), min(bottom, height)))


def _texts(objects: list[raw.FPDF_PAGEOBJECT]) -> Iterator[raw.FPDF_PAGEOBJECT]:
    for one in objects:
        kind = raw.FPDFPageObj_GetType(one)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            yield one
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            inside = range(raw.FPDFFormObj_CountObjects(one))
            yield from _texts([raw.FPDFFormObj_GetObject(one, at) for at in inside])


def _is_filled(one: raw.FPDF_PAGEOBJECT) -> bool:
    if raw.FPDFPageObj_GetType(one) != raw.FPDF_PAGEOBJ_PATH:
        return False
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(one, mode, stroke)) and mode.value != raw.FPDF_FILLMODE_NONE


def _bounds(one: raw.FPDF_PAGEOBJECT) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(one, left, bottom, right, top):
        return (0.0, 0.0, 0.0, 0.0)
    return left.value, bottom.value, right.value, top.value


def _address(one: raw.FPDF_PAGEOBJECT) -> int:
    return ctypes.cast(one, ctypes.c_void_p).value or 0
