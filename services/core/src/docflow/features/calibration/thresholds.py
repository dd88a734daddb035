"""The threshold that labels support for an accuracy a client asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from docflow.features.calibration.figures import Guess, at_least, telling, wilson

CANDIDATES = tuple(value / 100 for value in range(99, 49, -1))


class Support(StrEnum):
    SUPPORTED = "supported"
    NOT_ENOUGH_LABELS = "not_enough_labels"
    TARGET_NOT_MET = "target_not_met"


@dataclass(frozen=True, slots=True)
class Proposal:
    """`threshold` None = none is supported. `accepted` of the labels lie above it, `right` of them (a share) are right.

    `at_least` is the share that can be counted on with 95 %; `coverage` the share of all values that would pass unseen.
    `needed` is how many labels above a threshold the target asks for where all of them are right.
    """

    support: Support
    threshold: float | None
    accepted: int
    right: float | None
    at_least: float | None
    coverage: float | None
    needed: int


def threshold_for(target: float, guesses: Sequence[Guess]) -> Proposal:
    """The lowest threshold whose accepted values are right to `target` (below 1), with 95 %.

    Confidences were given before anybody looked, so every label is held out. Candidates are tried from the highest
    down and the first that fails ends it: trying many of them does not raise the chance of a lucky one.
    """
    needed = least_labels(target)
    best, tried, failed = None, False, None
    for candidate in CANDIDATES:
        accepted = [one for one in guesses if one.confidence >= candidate]
        if telling(accepted) < needed:
            continue
        tried = True
        if at_least(accepted) < target:
            failed = candidate
            break
        best = candidate
    if best is not None:
        return _proposal(Support.SUPPORTED, best, guesses, needed)
    if tried and failed is not None:
        return _proposal(Support.TARGET_NOT_MET, None, guesses, needed)
    return _proposal(Support.NOT_ENOUGH_LABELS, None, guesses, needed)


def least_labels(target: float) -> int:
    count = 1
    while wilson(1.0, count) < target:
        count += 1 + count // 200
    return count


def _proposal(support: Support, threshold: float | None, guesses: Sequence[Guess], needed: int) -> Proposal:
    if threshold is None:
        return Proposal(support, None, 0, None, None, None, needed)
    accepted = [one for one in guesses if one.confidence >= threshold]
    whole, passed = sum(one.weight for one in guesses), sum(one.weight for one in accepted)
    right = sum(one.weight for one in accepted if one.is_right)
    return Proposal(
        support=support,
        threshold=threshold,
        accepted=len(accepted),
        right=right / passed,
        at_least=at_least(accepted),
        coverage=passed / whole,
        needed=needed,
    )
