"""Draws one page as a model or a second engine is shown it. Runs in a workbench child: it parses bytes that nobody vouches for."""

from io import BytesIO

from docflow.domain.ports.llm import PageImage

from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import draw_page

#: What every vendor sees without scaling it down, so that a place on the picture is a place on the page.
LONG_EDGE = 1_568
JPEG_QUALITY = 85
#: Letters of a page drawn larger are no clearer to an engine that knows them at 300 dpi.
CLEAR_EDGE = 3_000


def draw_picture(
    data: bytes, mime_type: str, number: int, limits: FileLimits, long_edge: int = LONG_EDGE
) -> PageImage:
    """Page `number`, upright, whole and in grey; neither side is longer than `long_edge` pixels.

    Nothing is cut off or padded: fractions of the picture are fractions of the page. Raises what `draw_page` raises.
    """
    from PIL import Image

    with Image.open(BytesIO(draw_page(data, mime_type, number, limits))) as drawn:
        grey = drawn.convert("L")
    grey.thumbnail((long_edge, long_edge), Image.Resampling.LANCZOS)
    out = BytesIO()
    grey.save(out, "JPEG", quality=JPEG_QUALITY)
    return PageImage(number, out.getvalue(), "image/jpeg", grey.width, grey.height)


def draw_upright(
    data: bytes, mime_type: str, number: int, limits: FileLimits, pose: tuple[int, float]
) -> bytes:
    """Page `number` as a grey PNG, turned and straightened by `pose`, the rotation and skew of a `Page`: places on it are the page's."""
    from PIL import Image

    with Image.open(BytesIO(draw_page(data, mime_type, number, limits))) as drawn:
        grey = drawn.convert("L")
    grey.thumbnail((CLEAR_EDGE, CLEAR_EDGE), Image.Resampling.LANCZOS)
    rotation, skew = pose
    if rotation:
        grey = grey.rotate(-rotation, expand=True)
    if skew:
        grey = grey.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    out = BytesIO()
    grey.save(out, "PNG", compress_level=1)
    return out.getvalue()
