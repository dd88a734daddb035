"""How good confidences are against labels. Weights count as that many labels."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from docflow.domain.json_types import JsonObject

BINS = 10
SURE_ENOUGH = 1.645
"""Standard deviations of a one-sided bound of 95 %."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A confidence and what became of it."""

    confidence: float
    is_right: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """`auroc` None = only right or only wrong ones. `ece` is the mean distance of confidence from truth, by tenths."""

    labels: int
    right: float
    auroc: float | None
    brier: float
    ece: float

    def as_json(self) -> JsonObject:
        return {name: _rounded(value) for name, value in asdict(self).items()}


def figures_of(guesses: Sequence[Guess]) -> Figures | None:
    """None without labels. `right` is the share 0..1."""
    if not guesses:
        return None
    whole = sum(one.weight for one in guesses)
    return Figures(
        labels=len(guesses),
        right=sum(one.weight for one in guesses if one.is_right) / whole,
        auroc=auroc(guesses),
        brier=brier(guesses),
        ece=_ece(guesses, whole),
    )


def brier(guesses: Sequence[Guess]) -> float:
    whole = sum(one.weight for one in guesses)
    return sum(one.weight * (one.confidence - one.is_right) ** 2 for one in guesses) / whole


def auroc(guesses: Sequence[Guess]) -> float | None:
    """The chance that a right value is surer than a wrong one; equal ones count half."""
    below = right_all = wrong_all = 0.0
    ordered = sorted(guesses, key=lambda one: one.confidence)
    for _, group in groupby(ordered, key=lambda one: one.confidence):
        tied = list(group)
        right = sum(one.weight for one in tied if one.is_right)
        wrong = sum(one.weight for one in tied if not one.is_right)
        below += right * (wrong_all + wrong / 2)
        right_all, wrong_all = right_all + right, wrong_all + wrong
    return below / (right_all * wrong_all) if right_all and wrong_all else None


def _ece(guesses: Sequence[Guess], whole: float) -> float:
    off = 0.0
    for place in range(BINS):
        inside = [one for one in guesses if min(BINS - 1, int(one.confidence * BINS)) == place]
        off += abs(sum(one.weight * (one.confidence - one.is_right) for one in inside))
    return off / whole


def at_least(guesses: Sequence[Guess]) -> float:
    """The share of right ones that the labels speak for with 95 % (Wilson's bound), 0 without labels.

    Unequal weights tell less than their number: the bound is that of the equally telling count of equal ones.
    """
    if not guesses:
        return 0.0
    whole = sum(one.weight for one in guesses)
    share = sum(one.weight for one in guesses if one.is_right) / whole
    return wilson(share, telling(guesses))


def telling(guesses: Sequence[Guess]) -> float:
    """How many labels of equal weight would tell as much."""
    squares = sum(one.weight**2 for one in guesses)
    return sum(one.weight for one in guesses) ** 2 / squares if squares else 0.0


def wilson(share: float, count: float) -> float:
    z2 = SURE_ENOUGH**2
    middle = share + z2 / (2 * count)
    spread = SURE_ENOUGH * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return max(0.0, (middle - spread) / (1 + z2 / count))


def _rounded(value: float | None) -> float | None:
    return round(value, 4) if isinstance(value, float) else value
