"""Cuts a place out of a page to show it to somebody who has only that. Runs in a workbench child."""

from io import BytesIO
from typing import TYPE_CHECKING

from docflow.adapters.pages.draw_words import drawn_words
from docflow.adapters.pages.regions import REGION_DPI
from docflow.adapters.pages.render import drawn_page
from docflow.domain.outcomes import Place
from docflow.domain.reading import Box

if TYPE_CHECKING:
    from PIL import Image

#: What is shown around the place: a label stands to the left of its value or above it.
LINES_AROUND, WIDTH_AROUND, LEAST_AROUND = 1.5, 0.12, 0.01
#: Chats refuse pictures that are much wider than high, or higher than wide; they allow 20.
FLATTEST = 8
SIDE_PIXELS, MOST_TIMES = 1000, 2.0
OUTLINE = "#d97706"
_OUTLINE_PIXELS = 3


def page_cutout(
    data: bytes, mime_type: str, place: Place, max_pixels: int, pose: tuple[int, float] = (0, 0.0)
) -> bytes:
    """The place with an outline and what stands around it, as PNG. Raises as `render.render_png` does."""
    page = drawn_page(data, mime_type, place.page, max_pixels, pose=pose, dpi=REGION_DPI)
    return _cutout(page, place.box)


def words_cutout(stored: bytes, box: Box, max_pixels: int) -> bytes:
    """The same of a page that is drawn from its words (`draw_words.words_png`)."""
    return _cutout(drawn_words(stored, max_pixels), box)


def _cutout(page: "Image.Image", box: Box) -> bytes:
    from PIL import Image, ImageDraw

    left, top, right, bottom = _around(page.size, box)
    part = page.crop((left, top, right, bottom)).convert("RGB")
    times = min(MOST_TIMES, SIDE_PIXELS / max(part.size))
    size = max(1, round(part.width * times)), max(1, round(part.height * times))
    shown = part.resize(size, Image.Resampling.LANCZOS)
    x0, y0, x1, y1 = box
    outline = (
        (x0 * page.width - left) * times - _OUTLINE_PIXELS,
        (y0 * page.height - top) * times - _OUTLINE_PIXELS,
        (x1 * page.width - left) * times + _OUTLINE_PIXELS,
        (y1 * page.height - top) * times + _OUTLINE_PIXELS,
    )
    ImageDraw.Draw(shown).rectangle(outline, outline=OUTLINE, width=_OUTLINE_PIXELS)
    out = BytesIO()
    shown.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _around(size: tuple[int, int], box: Box) -> tuple[int, int, int, int]:
    """Pixels of the page to show: the place, a share of the page beside it, and never a mere strip."""
    width, height = size
    x0, y0, x1, y1 = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    beside = WIDTH_AROUND * width
    above = max(LINES_AROUND * (y1 - y0), LEAST_AROUND * height)
    left, right = _stretched(x0 - beside, x1 + beside, (y1 - y0 + 2 * above) / FLATTEST, width)
    top, bottom = _stretched(y0 - above, y1 + above, (right - left) / FLATTEST, height)
    return left, top, right, bottom


def _stretched(low: float, high: float, least: float, side: int) -> tuple[int, int]:
    """At least `least` pixels and at least one, within the side."""
    missing = max(0.0, least - (high - low)) / 2
    first = min(side - 1, max(0, int(low - missing)))
    return first, min(side, max(first + 1, round(high + missing)))
