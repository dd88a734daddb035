"""How far the confidences of a configuration can be relied on, field by field. Pure; runs in a child process."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docflow.features.calibration.figures import Figures, Guess, figures_of
from docflow.features.calibration.labels import Label
from docflow.features.calibration.thresholds import Proposal, threshold_for

MOST_REVIEWS = 1_000
"""The newest of a configuration; older ones tell of an older reader."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of one field, or of all together (`path` None). `coverage` is the share of values at or above the threshold.

    `accepted` counts the labels there and `accepted_right` is the share of right ones among them. `proposal` answers an
    accuracy asked for.
    """

    path: str | None
    kind: str | None
    figures: Figures
    accepted: int
    accepted_right: float | None
    coverage: float
    calibrations: tuple[str, ...]
    proposal: Proposal | None


def reliability_of(
    labels: Sequence[Label], threshold: float, target: float | None
) -> tuple[Reliability | None, tuple[Reliability, ...]]:
    """All fields together, None without labels; and each, by name."""
    by_path: dict[str, list[Label]] = {}
    for label in labels:
        by_path.setdefault(label.path, []).append(label)
    whole = _of(None, None, labels, threshold, target)
    fields = [
        _of(path, found[-1].weighed.kind, found, threshold, target) for path, found in sorted(by_path.items())
    ]
    return whole, tuple(one for one in fields if one is not None)


def _of(
    path: str | None, kind: str | None, labels: Sequence[Label], threshold: float, target: float | None
) -> Reliability | None:
    guesses = [Guess(one.confidence, one.is_right, one.weight) for one in labels]
    figures = figures_of(guesses)
    if figures is None:
        return None
    accepted = [one for one in guesses if one.confidence >= threshold]
    passed = _weight(accepted)
    return Reliability(
        path=path,
        kind=kind,
        figures=figures,
        accepted=len(accepted),
        accepted_right=_weight(one for one in accepted if one.is_right) / passed if accepted else None,
        coverage=passed / _weight(guesses),
        calibrations=tuple(
            sorted({one.weighed.calibration for one in labels if one.weighed.calibration is not None})
        ),
        proposal=None if target is None else threshold_for(target, guesses),
    )


def _weight(guesses: Iterable[Guess]) -> float:
    return sum(one.weight for one in guesses)
