from io import BytesIO

import pytest
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.pictures import draw_picture
from PIL import Image


def _png(width: int, height: int, mark: tuple[int, int]) -> bytes:
    """White with a black square of 5 % of the width around `mark`."""
    image = Image.new("RGB", (width, height), "white")
    half = width // 40
    image.paste("black", (mark[0] - half, mark[1] - half, mark[0] + half, mark[1] + half))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("size", "expected"),
    [((2000, 3000), (1046, 1568)), ((3000, 1000), (1568, 522)), ((600, 900), (600, 900))],
)
def test_a_picture_is_no_longer_than_what_vendors_see_unscaled(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    picture = draw_picture(_png(*size, (100, 100)), "image/png", 1, FileLimits(50, 50_000_000, 12_000_000))
    assert (picture.width, picture.height) == expected
    with Image.open(BytesIO(picture.data)) as sent:
        assert (sent.format, sent.size, sent.mode) == ("JPEG", expected, "L")


def test_a_place_on_the_picture_is_the_place_on_the_page() -> None:
    picture = draw_picture(
        _png(2480, 3508, (620, 2631)), "image/png", 1, FileLimits(50, 50_000_000, 12_000_000)
    )
    with Image.open(BytesIO(picture.data)) as sent:
        left, top, right, bottom = sent.point(lambda value: 255 if value < 128 else 0).getbbox() or (
            0,
            0,
            0,
            0,
        )
    assert (left + right) / 2 / picture.width == pytest.approx(0.25, abs=0.002)
    assert (top + bottom) / 2 / picture.height == pytest.approx(0.75, abs=0.002)
