"""Draws the words of a page that has no picture of its own: text, tables, mails. Runs in a workbench child."""

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

DPI = 150
#: Letters' height in a word's box; the rest is what hangs below the line.
_OF_BOX = 0.86
_LEAST_PIXELS, _MOST_PIXELS = 4, 60


def words_png(stored: bytes, max_pixels: int) -> bytes:
    """The page whose words are `stored` (`width`, `height` in points and `words`), black on white, as PNG."""
    out = BytesIO()
    drawn_words(stored, max_pixels).save(out, "PNG", compress_level=3)
    return out.getvalue()


def drawn_words(stored: bytes, max_pixels: int) -> "Image.Image":
    """The same before it is packed."""
    from PIL import Image, ImageDraw

    page: dict[str, Any] = json.loads(stored)
    scale = min(DPI / 72, (max_pixels / max(1.0, page["width"] * page["height"])) ** 0.5)
    width, height = max(1, int(page["width"] * scale)), max(1, int(page["height"] * scale))
    image = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(image)
    fonts: dict[int, FreeTypeFont | ImageFont] = {}
    for text, x0, y0, x1, y1, _ in page["words"]:
        font = _fitting(fonts, text, (x1 - x0) * width, (y1 - y0) * height)
        pen.text((x0 * width, y0 * height), text, fill=0, font=font)
    return image


def _fitting(
    fonts: "dict[int, FreeTypeFont | ImageFont]", text: str, width: float, height: float
) -> "FreeTypeFont | ImageFont":
    """A font as high as the box, and less where the word would run over it."""
    font = _font(fonts, height * _OF_BOX)
    drawn = font.getlength(text)
    return font if drawn <= width else _font(fonts, height * _OF_BOX * width / drawn)


def _font(fonts: "dict[int, FreeTypeFont | ImageFont]", pixels: float) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    size = int(min(_MOST_PIXELS, max(_LEAST_PIXELS, pixels)))
    if size not in fonts:
        fonts[size] = ImageFont.load_default(size)
    return fonts[size]
