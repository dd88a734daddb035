"""How far two shares differ, with an interval: Newcombe's method over Wilson's intervals, good for small numbers too."""

from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054
"""For 95 %."""


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """First minus second, -1..1; `low` and `high` hold it with 95 % confidence."""

    difference: float
    low: float
    high: float


def difference_of(first: tuple[int, int], second: tuple[int, int]) -> ShareDifference | None:
    """Each is (how many, of how many); None where one of them is of nothing."""
    if not first[1] or not second[1]:
        return None
    ours, theirs = first[0] / first[1], second[0] / second[1]
    (low1, high1), (low2, high2) = _wilson(*first), _wilson(*second)
    change = ours - theirs
    low = change - sqrt((ours - low1) ** 2 + (high2 - theirs) ** 2)
    high = change + sqrt((high1 - ours) ** 2 + (theirs - low2) ** 2)
    return ShareDifference(change, low, high)


def _wilson(count: int, whole: int) -> tuple[float, float]:
    share, z2 = count / whole, _Z**2
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    reach = _Z / (1 + z2 / whole) * sqrt(share * (1 - share) / whole + z2 / (4 * whole**2))
    return middle - reach, middle + reach
