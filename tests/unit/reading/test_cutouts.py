from io import BytesIO

import orjson
import pytest
from docflow.adapters.pages.cutouts import FLATTEST, SIDE_PIXELS, page_cutout, words_cutout
from docflow.domain.errors import NotFound
from docflow.domain.file_types import PDF
from docflow.domain.outcomes import Place
from docflow.domain.reading import Box
from PIL import Image

from tests.unit.reading.made_stacks import INVOICE, stack_pdf

PIXELS = 12_000_000
AMBER = (0xD9, 0x77, 0x06)


def shown(box: Box, page: int = 1) -> Image.Image:
    return Image.open(BytesIO(page_cutout(stack_pdf(INVOICE), PDF, Place(page, box), PIXELS)))


def test_the_place_is_outlined_and_what_stands_around_it_is_there() -> None:
    picture = shown((0.3, 0.118, 0.42, 0.13))
    colours = {colour for _, colour in picture.getcolors(1_000_000) or ()}
    assert picture.mode == "RGB"
    assert AMBER in colours
    # Label and value are black on white inside and outside of the outline.
    left = picture.crop((0, 0, picture.width // 4, picture.height)).convert("L")
    assert left.getextrema()[0] < 100  # type: ignore[operator]


@pytest.mark.parametrize(
    "box",
    [
        (0.0, 0.0, 1.0, 1.0),
        (0.0, 0.5, 1.0, 0.5001),
        (0.5, 0.0, 0.5001, 1.0),
        (0.9999, 0.9999, 1.0, 1.0),
        (0.0, 0.0, 1e-9, 1e-9),
    ],
)
def test_whatever_the_box_a_chat_takes_the_picture(box: Box) -> None:
    picture = shown(box)
    assert max(picture.size) <= SIDE_PIXELS
    assert max(picture.size) / min(picture.size) <= FLATTEST + 1


def test_a_page_that_is_drawn_from_its_words_is_cut_too() -> None:
    stored = orjson.dumps({"width": 595, "height": 842, "words": [["Total", 0.1, 0.2, 0.2, 0.22, 1.0]]})
    picture = Image.open(BytesIO(words_cutout(stored, (0.1, 0.2, 0.2, 0.22), 500_000)))
    assert AMBER in {colour for _, colour in picture.getcolors(1_000_000) or ()}


def test_a_page_that_is_not_there_has_no_part() -> None:
    with pytest.raises(NotFound):
        shown((0.1, 0.1, 0.2, 0.2), page=9)
