import pytest
from docflow.adapters.pages.regions import draw_region, on_page
from docflow.domain.file_types import PDF
from docflow.domain.outcomes import Place
from docflow.domain.reading import Box, Word

from tests.unit.reading.made_stacks import INVOICE, stack_pdf

PIXELS = 12_000_000


@pytest.mark.parametrize(
    ("rotation", "seen"),
    [
        (0, (0.25, 0.25, 0.5, 0.5)),
        # The same corner, after the picture was turned clockwise by so much.
        (90, (0.5, 0.25, 0.75, 0.5)),
        (180, (0.5, 0.5, 0.75, 0.75)),
        (270, (0.25, 0.5, 0.5, 0.75)),
    ],
)
def test_a_word_keeps_its_place_however_the_engine_turned_the_picture(rotation: int, seen: Box) -> None:
    word = on_page(Word("x", seen), rotation, (0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0))
    assert word.box == pytest.approx((0.25, 0.25, 0.5, 0.5))


def test_margins_are_no_part_of_the_page() -> None:
    word = on_page(Word("x", (0.0, 0.1, 0.5, 1.0)), 0, (0.1, 0.1, 0.9, 0.9), (0.2, 0.4, 0.4, 0.8))
    assert word.box == pytest.approx((0.2, 0.4, 0.3, 0.8))


def test_a_region_is_drawn_larger_than_its_page() -> None:
    region = draw_region(stack_pdf(INVOICE), PDF, Place(1, (0.1, 0.1, 0.2, 0.11)), PIXELS)
    left, top, right, bottom = region.inner
    assert region.picture.startswith(b"\x89PNG")
    assert left == pytest.approx(1 - right)
    assert top == pytest.approx(1 - bottom)
    assert (bottom - top) < (right - left)
