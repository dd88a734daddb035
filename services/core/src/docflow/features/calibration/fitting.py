"""Weights and steps fitted to labels. Runs in a child process: it computes, and numpy is not loaded for anything else."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from docflow.domain.calibration import ISOTONIC_LABELS, LEAST_LABELS
from docflow.domain.confidence import PRIOR_WEIGHTS, Evidence, Fitted, cap_of, features_of, field_confidence
from docflow.features.calibration.figures import Figures, Guess, brier, figures_of

FOLDS = 5
PULL = 4.0
"""How strongly weights are held to the prior: about as strongly as so many labels would."""
STEPS = 25
SURE = 0.90
"""What a fit calls so sure must be right as often, on labels it was not fitted to."""


@dataclass(frozen=True, slots=True)
class Example:
    """A label as the fit sees it. `group` = the process: its fields are held out together."""

    group: UUID
    evidence: Evidence
    is_right: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fit:
    """`figures` are those of held-out labels, `before` those of what is in force on the same labels."""

    weights: tuple[float, ...]
    steps: tuple[tuple[float, float], ...]
    figures: Figures
    before: Figures
    is_better: bool


def fit(examples: Sequence[Example], in_force: Fitted | None, fresh_from: int) -> Fit | None:
    """The weights of all examples, judged by cross-fitting; None with too few, or where all labels are equal.

    A fit in force has seen the examples before `fresh_from` and is compared on the others alone. Better = the held-out
    Brier score falls, against the prior and against what is in force, and what is called sure is.
    """
    if len(examples) < LEAST_LABELS or len({one.is_right for one in examples}) < 2:
        return None
    held_out: list[Guess] = [Guess(0.0, one.is_right, one.weight) for one in examples]
    places = [_fold(one.group) for one in examples]
    for fold in range(FOLDS):
        inside = [one for one, place in zip(examples, places, strict=True) if place != fold]
        if not inside:
            continue
        fitted = _fitted(inside)
        for at, place in enumerate(places):
            if place == fold:
                held_out[at] = _guess(examples[at], fitted)
    figures = figures_of(held_out)
    plain = [_guess(one, None) for one in examples]
    before = figures_of([_guess(one, in_force) for one in examples])
    if figures is None or before is None:
        return None
    better = brier(held_out) < brier(plain) and _keeps_word(held_out)
    if in_force is not None:
        fresh = examples[fresh_from:]
        better = (
            better
            and len(fresh) > 0
            and brier(held_out[fresh_from:]) < brier([_guess(one, in_force) for one in fresh])
        )
    final = _fitted(examples)
    return Fit(final.weights, final.steps, figures, before, better)


def _fold(group: UUID) -> int:
    return hashlib.blake2s(group.bytes, digest_size=2).digest()[0] % FOLDS


def _guess(example: Example, fitted: Fitted | None) -> Guess:
    return Guess(field_confidence(example.evidence, fitted), example.is_right, example.weight)


def _keeps_word(guesses: Sequence[Guess]) -> bool:
    sure = [one for one in guesses if one.confidence >= SURE]
    whole = sum(one.weight for one in sure)
    return whole == 0 or sum(one.weight for one in sure if one.is_right) >= SURE * whole


def _fitted(examples: Sequence[Example]) -> Fitted:
    import numpy as np

    # What a cap decides is not the weights' to explain.
    free = [one for one in examples if cap_of(one.evidence) >= 1.0] or list(examples)
    x = np.array([features_of(one.evidence) for one in free], dtype=float)
    y = np.array([float(one.is_right) for one in free])
    w = np.array([one.weight for one in free])
    w *= len(w) / w.sum()
    weights = _weights(x, y, w)
    plain = Fitted("", tuple(float(one) for one in weights))
    if len(free) < ISOTONIC_LABELS:
        return plain
    return Fitted("", plain.weights, _isotonic(_sigmoid(x @ weights), y, w))


def _weights(x: Any, y: Any, w: Any) -> Any:
    """Newton's steps for the logistic loss, held to the prior by a square penalty."""
    import numpy as np

    prior = np.array(PRIOR_WEIGHTS)
    weights = prior.copy()
    for _ in range(STEPS):
        sure = _sigmoid(x @ weights)
        slope = x.T @ (w * (sure - y)) + PULL * (weights - prior)
        curve = (x * (w * sure * (1 - sure))[:, None]).T @ x + PULL * np.eye(len(prior))
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def _sigmoid(values: Any) -> Any:
    import numpy as np

    return 1 / (1 + np.exp(-np.clip(values, -60, 60)))


def _isotonic(sure: Any, y: Any, w: Any) -> tuple[tuple[float, float], ...]:
    """Neighbours that fall are pooled until all rise: (from this score on, probability)."""
    blocks: list[list[float]] = []
    for at in sure.argsort(kind="stable"):
        blocks.append([float(sure[at]), float(y[at] * w[at]), float(w[at])])
        while len(blocks) > 1 and _falls(blocks[-2], blocks[-1]):
            _, right, weight = blocks.pop()
            blocks[-1][1] += right
            blocks[-1][2] += weight
    # Pulled a little towards the middle: no finite number of labels makes a certainty.
    return tuple((start, (right + 0.5) / (weight + 1)) for start, right, weight in blocks)


def _falls(below: Sequence[float], above: Sequence[float]) -> bool:
    return above[0] == below[0] or above[1] / above[2] <= below[1] / below[2]
