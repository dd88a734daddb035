"""How a page lies, by the lines found on it, and where they are once it lies straight.

Costs nothing beside recognition: the engine reads tilted and turned lines as they are, only their places need turning.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from docflow.domain.reading import Box

Point = tuple[float, float]
Quad = Sequence[Point]

#: Less is within what a line's box forgives, more is no scan but a picture of something else.
LEAST_SKEW, MOST_SKEW = 1.0, 15.0
#: Sides of a line long enough to tell its direction, and of how many lines they must speak for a turn.
LINE_RATIO = 3.0
LEAST_LINES = 3
MAJORITY = 0.6


@dataclass(frozen=True, slots=True)
class Pose:
    """What makes a picture of `width` by `height` upright: `rotation` clockwise first, then `skew` counterclockwise."""

    width: float
    height: float
    rotation: int = 0
    skew: float = 0.0

    @property
    def size(self) -> tuple[float, float]:
        return (self.height, self.width) if self.rotation in (90, 270) else (self.width, self.height)

    def box(self, quad: Quad) -> Box:
        """The box of a line in fractions of the upright picture."""
        width, height = self.size
        points = [self._straight(_turned(point, self.rotation, self.width, self.height)) for point in quad]
        xs, ys = [x / width for x, _ in points], [y / height for _, y in points]
        return _inside(min(xs)), _inside(min(ys)), _inside(max(xs)), _inside(max(ys))

    def _straight(self, point: Point) -> Point:
        width, height = self.size
        x, y, angle = point[0] - width / 2, point[1] - height / 2, math.radians(self.skew)
        return (
            x * math.cos(angle) + y * math.sin(angle) + width / 2,
            y * math.cos(angle) - x * math.sin(angle) + height / 2,
        )


def pose_of(quads: Sequence[Quad], width: float, height: float, *, flipped: float) -> Pose:
    """`flipped` is the share of lines (0..1) that stood on their heads once laid flat."""
    long = [line for line in map(_line, quads) if line is not None]
    if len(long) < LEAST_LINES:
        return Pose(width, height)
    length = sum(line.length for line in long)
    sideways = sum(line.length for line in long if abs(line.angle) > 45) > MAJORITY * length
    # A sideways line is laid flat by a quarter turn counterclockwise before it is looked at.
    rotation = (90 if flipped > MAJORITY else 270) if sideways else (180 if flipped > MAJORITY else 0)
    return Pose(width, height, rotation, _skew(long, sideways=sideways))


@dataclass(frozen=True, slots=True)
class _Line:
    """`angle` in degrees, above -90 and up to 90; positive goes down to the right."""

    length: float
    angle: float


def _line(quad: Quad) -> _Line | None:
    sides = sorted((_side(quad[0], quad[1]), _side(quad[1], quad[2])), key=lambda side: side.length)
    return sides[1] if sides[1].length > LINE_RATIO * sides[0].length else None


def _side(start: Point, end: Point) -> _Line:
    across, down = end[0] - start[0], end[1] - start[1]
    angle = math.degrees(math.atan2(down, across))
    angle = angle - 180 if angle > 90 else angle + 180 if angle <= -90 else angle
    return _Line(math.hypot(across, down), angle)


def _skew(lines: Sequence[_Line], *, sideways: bool) -> float:
    """The tilt of the middle line, long ones counting more. A quarter turn takes a quarter circle off each angle."""
    tilts = sorted(
        ((line.angle - 90 if line.angle > 0 else line.angle + 90) if sideways else line.angle, line.length)
        for line in lines
        if (abs(line.angle) > 45) is sideways
    )
    half, passed = sum(length for _, length in tilts) / 2, 0.0
    for tilt, length in tilts:
        passed += length
        if passed >= half:
            return round(tilt, 2) if LEAST_SKEW <= abs(tilt) <= MOST_SKEW else 0.0
    return 0.0


def _turned(point: Point, rotation: int, width: float, height: float) -> Point:
    """Where a point of the picture is after a turn clockwise."""
    x, y = point
    if rotation == 90:
        return height - y, x
    if rotation == 180:
        return width - x, height - y
    return (y, width - x) if rotation == 270 else (x, y)


def _inside(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))
