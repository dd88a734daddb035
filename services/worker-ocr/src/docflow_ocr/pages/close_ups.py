"""Close-ups of places on the pages of a PDF as people see them. Runs in a workbench child: it parses bytes that nobody vouches for."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from docflow.adapters.pages.render import drawn_page
from docflow.domain.file_types import PDF
from docflow.domain.outcomes import Place
from docflow.domain.reading import Box

from docflow_ocr.pages.inspection import FileLimits

if TYPE_CHECKING:
    from PIL import Image


def close_ups(
    data: bytes, places: Sequence[Place], limits: FileLimits, dpi: int, room: float
) -> tuple[bytes, ...]:
    """Each place as a grey PNG, with `room` times its height of what stands around it. Raises as `drawn_page` does."""
    drawn = {
        number: drawn_page(data, PDF, number, limits.page_pixels, pose=(0, 0.0), dpi=dpi).convert("L")
        for number in sorted({place.page for place in places})
    }
    return tuple(_cut(drawn[place.page], place.box, room) for place in places)


def _cut(page: "Image.Image", box: Box, room: float) -> bytes:
    around = room * (box[3] - box[1]) * page.height
    edges = (
        max(0, int(box[0] * page.width - around)),
        max(0, int(box[1] * page.height - around)),
        min(page.width, int(box[2] * page.width + around) + 1),
        min(page.height, int(box[3] * page.height + around) + 1),
    )
    out = BytesIO()
    page.crop(edges).save(out, "PNG", compress_level=1)
    return out.getvalue()
