"""Draws one page as PNG. Runs in a workbench child: it parses bytes that nobody vouches for."""

import logging
from io import BytesIO
from typing import TYPE_CHECKING

from docflow.domain.errors import NotFound, PermanentError, UnsupportedMedia
from docflow.domain.file_types import IMAGES, PDF

if TYPE_CHECKING:
    from PIL import Image

DPI = 150


def render_png(
    data: bytes, mime_type: str, page: int, max_pixels: int, pose: tuple[int, float] = (0, 0.0)
) -> bytes:
    """Page `page` (1-based) as people see it, within `max_pixels`, turned and straightened by `pose` (a Page's rotation, skew).

    Raises NotFound for a page that is not there, UnsupportedMedia for files without pages, PermanentError
    `file_corrupt`.
    """
    return _png(drawn_page(data, mime_type, page, max_pixels, pose=pose, dpi=DPI))


def drawn_page(
    data: bytes, mime_type: str, page: int, max_pixels: int, *, pose: tuple[int, float], dpi: int
) -> "Image.Image":
    """The same before it is packed; a PDF at `dpi` dots per inch at most. An image has the pixels it has."""
    if mime_type == PDF:
        return _upright(_from_pdf(data, page, max_pixels, dpi), *pose)
    if mime_type in IMAGES:
        return _upright(_from_image(data, page, max_pixels), *pose)
    raise UnsupportedMedia("this file has no pages to draw", code="file_unsupported")


def _from_pdf(data: bytes, page: int, max_pixels: int, dpi: int) -> "Image.Image":
    import pypdfium2

    # It advises operators to build PDFium anew for forms in XML; their plain part is drawn all the same.
    logging.getLogger("pypdfium2").setLevel(logging.ERROR)
    try:
        with pypdfium2.PdfDocument(data) as document:
            if not 1 <= page <= len(document):
                raise NotFound("no such page")
            # What was typed into a form stands in its fields alone; without this they would be drawn empty.
            document.init_forms()
            drawn = document[page - 1]
            width, height = drawn.get_size()
            scale = min(dpi / 72, (max_pixels / max(1.0, width * height)) ** 0.5)
            picture: Image.Image = drawn.render(scale=scale).to_pil()
            return picture
    except pypdfium2.PdfiumError as error:
        raise PermanentError("the PDF, or this page of it, cannot be opened", code="file_corrupt") from error


def _from_image(data: bytes, page: int, max_pixels: int) -> "Image.Image":
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(data), formats=["PNG", "JPEG", "TIFF", "WEBP"]) as image:
            if not 1 <= page <= getattr(image, "n_frames", 1):
                raise NotFound("no such page")
            image.seek(page - 1)
            upright = ImageOps.exif_transpose(image)
            scale = min(1.0, (max_pixels / (upright.width * upright.height)) ** 0.5)
            size = (max(1, int(upright.width * scale)), max(1, int(upright.height * scale)))
            return upright.convert("RGB").resize(size)
    except (OSError, ValueError, SyntaxError) as error:
        raise PermanentError("the image cannot be opened", code="file_corrupt") from error


def _upright(image: "Image.Image", rotation: int, skew: float) -> "Image.Image":
    from PIL import Image

    turned = image.rotate(-rotation, expand=True) if rotation else image
    if not skew:
        return turned
    return turned.convert("RGB").rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor="white")


def _png(image: "Image.Image") -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
