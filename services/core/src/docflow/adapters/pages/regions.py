"""Draws a part of a page larger than the page is drawn. Runs in a workbench child: it parses bytes that nobody vouches for."""

from dataclasses import dataclass
from io import BytesIO

from docflow.adapters.pages.render import drawn_page
from docflow.domain.outcomes import Place
from docflow.domain.reading import Box, Word

#: Twice what whole pages are read at: small print is why somebody draws a box.
REGION_DPI = 300
#: A region is enlarged up to this side, at most so many times; beyond that there is nothing left to see.
SIDE_PIXELS, MOST_TIMES = 1200, 4.0
#: White around it, since an engine finds little at the very edge.
MARGIN_PIXELS = 32


@dataclass(frozen=True, slots=True)
class Region:
    """`inner` is where the part of the page lies in the picture, in fractions of it; around it is margin."""

    picture: bytes
    inner: Box


def draw_region(
    data: bytes, mime_type: str, place: Place, max_pixels: int, pose: tuple[int, float] = (0, 0.0)
) -> Region:
    """The place, on the page as people see it, as a grey PNG. Raises as `render.render_png` does."""
    from PIL import Image, ImageOps

    whole = drawn_page(data, mime_type, place.page, max_pixels, pose=pose, dpi=REGION_DPI)
    x0, y0, x1, y1 = place.box
    edges = (
        int(x0 * whole.width),
        int(y0 * whole.height),
        max(int(x0 * whole.width) + 1, round(x1 * whole.width)),
        max(int(y0 * whole.height) + 1, round(y1 * whole.height)),
    )
    part = whole.crop(edges).convert("L")
    times = min(MOST_TIMES, max(1.0, SIDE_PIXELS / max(part.size)))
    if times > 1:
        size = (round(part.width * times), round(part.height * times))
        part = part.resize(size, Image.Resampling.LANCZOS)
    framed = ImageOps.expand(part, MARGIN_PIXELS, fill=255)
    out = BytesIO()
    framed.save(out, "PNG", compress_level=1)
    left, top = MARGIN_PIXELS / framed.width, MARGIN_PIXELS / framed.height
    return Region(out.getvalue(), (left, top, 1 - left, 1 - top))


def on_page(word: Word, rotation: int, inner: Box, box: Box) -> Word:
    """A word read off the picture of a region, at its place on the page.

    `rotation` is by how many degrees clockwise the engine turned the picture to read it.
    """
    x0, y0, x1, y1 = _turned_back(word.box, rotation)
    width, height = inner[2] - inner[0], inner[3] - inner[1]
    across, down = box[2] - box[0], box[3] - box[1]
    return Word(
        word.text,
        (
            box[0] + across * _within((x0 - inner[0]) / width),
            box[1] + down * _within((y0 - inner[1]) / height),
            box[0] + across * _within((x1 - inner[0]) / width),
            box[1] + down * _within((y1 - inner[1]) / height),
        ),
        word.confidence,
    )


def _turned_back(box: Box, rotation: int) -> Box:
    x0, y0, x1, y1 = box
    match rotation:
        case 90:
            return y0, 1 - x1, y1, 1 - x0
        case 180:
            return 1 - x1, 1 - y1, 1 - x0, 1 - y0
        case 270:
            return 1 - y1, x0, 1 - y0, x1
        case _:
            return box


def _within(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))
