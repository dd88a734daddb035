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

#: Pixels of a strip: its height is what the engine reads at, and it takes 25 ms for each 320 of its width. Of 36 PDFs the
#: strips of all were read right at this height of a place; at 26 those of two were not.
STRIP_HEIGHT, PLACE_HEIGHT, BETWEEN, LONGEST_STRIP = 48, 28, 16, 960
STRIP_DPI, STRIP_ROOM = 150, 0.1


def close_ups(
    data: bytes, places: Sequence[Place], limits: FileLimits, dpi: int, room: float
) -> tuple[bytes, ...]:
    """Each place as a grey PNG, with `room` times its height of what stands around it. Raises as `drawn_page` does."""
    return tuple(map(_png, _cuts(data, places, limits, dpi, room)))


def strips(
    data: bytes, places: Sequence[Place], limits: FileLimits
) -> tuple[tuple[tuple[int, ...], bytes], ...]:
    """All places side by side in few pictures of one line: which places each shows, and a grey PNG. Raises as `drawn_page` does."""
    rows: list[list[tuple[int, Image.Image]]] = []
    width = 0
    for at, cut in enumerate(_cuts(data, places, limits, STRIP_DPI, STRIP_ROOM)):
        small = cut.resize((max(1, round(cut.width * PLACE_HEIGHT / cut.height)), PLACE_HEIGHT))
        if not rows or width + small.width + BETWEEN > LONGEST_STRIP:
            rows.append([])
            width = BETWEEN
        rows[-1].append((at, small))
        width += small.width + BETWEEN
    return tuple((tuple(at for at, _ in row), _png(_joined([cut for _, cut in row]))) for row in rows)


def _joined(cuts: Sequence["Image.Image"]) -> "Image.Image":
    from PIL import Image

    strip = Image.new("L", (sum(cut.width + BETWEEN for cut in cuts) + BETWEEN, STRIP_HEIGHT), "white")
    left = BETWEEN
    for cut in cuts:
        strip.paste(cut, (left, (STRIP_HEIGHT - PLACE_HEIGHT) // 2))
        left += cut.width + BETWEEN
    return strip


def _cuts(
    data: bytes, places: Sequence[Place], limits: FileLimits, dpi: int, room: float
) -> "list[Image.Image]":
    drawn = {
        number: drawn_page(data, PDF, number, limits.page_pixels, pose=(0, 0.0), dpi=dpi).convert("L")
        for number in sorted({place.page for place in places})
    }
    return [_cut(drawn[place.page], place.box, room) for place in places]


def _cut(page: "Image.Image", box: Box, room: float) -> "Image.Image":
    around = room * (box[3] - box[1]) * page.height
    edges = (
        max(0, int(box[0] * page.width - around)),
        max(0, int(box[1] * page.height - around)),
        min(page.width, int(box[2] * page.width + around) + 1),
        min(page.height, int(box[3] * page.height + around) + 1),
    )
    return page.crop(edges)


def _png(picture: "Image.Image") -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()
