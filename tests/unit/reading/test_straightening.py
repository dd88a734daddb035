"""A page that lies turned or tilted is read as if it lay straight."""

import math

import pytest
from docflow.adapters.ocr.straighten import Point, Pose, pose_of

WIDTH, HEIGHT = 600.0, 800.0
#: Three lines of an upright page: left, top, right, bottom.
LINES = [(100.0, 100.0, 500.0, 120.0), (100.0, 300.0, 400.0, 320.0), (100.0, 500.0, 550.0, 520.0)]


def corners(box: tuple[float, float, float, float]) -> list[Point]:
    x0, y0, x1, y1 = box
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def tilted(quad: list[Point], degrees: float) -> list[Point]:
    """Turned clockwise around the middle of the page."""
    angle, cx, cy = math.radians(degrees), WIDTH / 2, HEIGHT / 2
    return [
        (
            cx + (x - cx) * math.cos(angle) - (y - cy) * math.sin(angle),
            cy + (x - cx) * math.sin(angle) + (y - cy) * math.cos(angle),
        )
        for x, y in quad
    ]


def fractions(box: tuple[float, float, float, float]) -> tuple[float, ...]:
    return box[0] / WIDTH, box[1] / HEIGHT, box[2] / WIDTH, box[3] / HEIGHT


@pytest.mark.parametrize("degrees", [-10.0, -3.0, 1.5, 10.0])
def test_a_tilted_page_is_straightened(degrees: float) -> None:
    quads = [tilted(corners(line), degrees) for line in LINES]
    pose = pose_of(quads, WIDTH, HEIGHT, flipped=0.0)
    assert (pose.rotation, pose.skew) == (0, pytest.approx(degrees, abs=0.01))
    for quad, line in zip(quads, LINES, strict=True):
        assert pose.box(quad) == pytest.approx(fractions(line), abs=0.001)


def test_a_hair_of_tilt_is_left_alone() -> None:
    quads = [tilted(corners(line), 0.5) for line in LINES]
    assert pose_of(quads, WIDTH, HEIGHT, flipped=0.0) == Pose(WIDTH, HEIGHT)


def test_one_tilted_line_tilts_no_page() -> None:
    quads = [corners(LINES[0]), tilted(corners(LINES[1]), 8), corners(LINES[2])]
    assert pose_of(quads, WIDTH, HEIGHT, flipped=0.0).skew == 0.0


TURNED = {
    # How a page was laid wrongly (clockwise), whether its lines stood on their heads then, what puts it right.
    90: (lambda x, y: (HEIGHT - y, x), 0.0, 270),
    180: (lambda x, y: (WIDTH - x, HEIGHT - y), 1.0, 180),
    270: (lambda x, y: (y, WIDTH - x), 1.0, 90),
}


@pytest.mark.parametrize("laid", TURNED)
def test_a_turned_page_is_put_upright(laid: int) -> None:
    move, flipped, rotation = TURNED[laid]
    size = (WIDTH, HEIGHT) if laid == 180 else (HEIGHT, WIDTH)
    quads = [[move(x, y) for x, y in corners(line)] for line in LINES]
    pose = pose_of(quads, *size, flipped=flipped)
    assert (pose.rotation, pose.skew, pose.size) == (rotation, 0.0, (WIDTH, HEIGHT))
    for quad, line in zip(quads, LINES, strict=True):
        assert pose.box(quad) == pytest.approx(fractions(line))


def test_a_few_words_turn_no_page() -> None:
    assert pose_of([corners((10, 10, 20, 200))], WIDTH, HEIGHT, flipped=1.0) == Pose(WIDTH, HEIGHT)
