import io

import pytest
from docflow.domain.errors import NotFound
from docflow.domain.outcomes import Place
from docflow_ocr.pages.close_ups import LONGEST_STRIP, STRIP_HEIGHT, strips
from docflow_ocr.pages.inspection import FileLimits
from PIL import Image

from tests.unit.fraud.tampered import LINES, drawn, pdf_of

LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)
PAGES = pdf_of(drawn(*LINES), drawn(*LINES))


def places(count: int, *, width: float = 0.2) -> list[Place]:
    return [Place(1 + at % 2, (0.06, 0.08 + 0.02 * at, 0.06 + width, 0.1 + 0.02 * at)) for at in range(count)]


def test_every_place_is_shown_once_and_in_order_in_strips_of_bounded_width() -> None:
    found = strips(PAGES, places(8), LIMITS)
    assert [at for shown, _ in found for at in shown] == list(range(8))
    assert len(found) > 1
    for _, picture in found:
        with Image.open(io.BytesIO(picture)) as opened:
            assert opened.height == STRIP_HEIGHT
            assert opened.width <= LONGEST_STRIP


def test_a_place_that_is_longer_than_a_strip_has_one_to_itself() -> None:
    long = Place(1, (0.0, 0.1, 1.0, 0.11))
    assert [shown for shown, _ in strips(PAGES, [*places(1), long, *places(1)], LIMITS)] == [(0,), (1,), (2,)]


def test_no_places_make_no_strips() -> None:
    assert strips(PAGES, [], LIMITS) == ()


def test_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound):
        strips(PAGES, [Place(3, (0.1, 0.1, 0.2, 0.2))], LIMITS)
