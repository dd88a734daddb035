"""Whether one version reads a set worse than another: paired by document, with an interval from a bootstrap.

Documents are drawn anew with replacement, each with both its readings, so that what makes a document hard is the same
on both sides. The gate: no field is worse by more than a point with 95 % confidence, and no more values are invented.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from docflow.domain.field_scores import FieldOutcome, FieldScore, scores_of, total_of
from docflow.domain.json_types import JsonObject

DRAWS = 2000
MAY_LOSE = 0.01
_SEED = 20_261_130
_INTERVAL = (2.5, 97.5)

Outcomes = Mapping[str, FieldOutcome]
Pair = tuple[Outcomes, Outcomes]
"""Of one document: the candidate's and the baseline's."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate minus baseline in the share of exact fields, -1..1; `low` and `high` hold it with 95 % confidence."""

    exact: float
    low: float
    high: float
    documents: int

    @property
    def is_worse(self) -> bool:
        return self.high < -MAY_LOSE

    def as_json(self) -> JsonObject:
        return {
            "exact": round(self.exact, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "documents": self.documents,
            "is_worse": self.is_worse,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """`invented` are the values that stand where the document has none: the candidate's and the baseline's."""

    fields: Mapping[str, Difference]
    overall: Difference
    invented: tuple[int, int]

    @property
    def worse_fields(self) -> list[str]:
        return [name for name, difference in self.fields.items() if difference.is_worse]

    @property
    def invents_more(self) -> bool:
        return self.invented[0] > self.invented[1]

    @property
    def passed(self) -> bool:
        return not self.worse_fields and not self.invents_more

    def as_json(self) -> JsonObject:
        return {
            "fields": {name: one.as_json() for name, one in sorted(self.fields.items())},
            "overall": self.overall.as_json(),
            "invented": {"candidate": self.invented[0], "baseline": self.invented[1]},
            "worse_fields": sorted(self.worse_fields),
            "invents_more": self.invents_more,
        }


def compared(pairs: Sequence[Pair], *, draws: int = DRAWS) -> Comparison:
    """The same pairs give the same figures. A field counts in the documents where both versions have it."""
    names = sorted({name for ours, theirs in pairs for name in ours.keys() & theirs.keys()})
    change, known = np.zeros((len(pairs), len(names))), np.zeros((len(pairs), len(names)))
    for row, (ours, theirs) in enumerate(pairs):
        for column, name in enumerate(names):
            if name in ours and name in theirs:
                known[row, column] = 1
                change[row, column] = int(ours[name].is_exact) - int(theirs[name].is_exact)
    # The last column stands for all fields together.
    change = np.hstack([change, change.sum(axis=1, keepdims=True)])
    known = np.hstack([known, known.sum(axis=1, keepdims=True)])
    drawn = _drawn(change, known, draws)
    counted = [int(count) for count in (known > 0).sum(axis=0)]
    differences = [
        Difference(_mean(change[:, at], known[:, at]), *_interval(drawn[:, at]), counted[at])
        for at in range(len(names) + 1)
    ]
    fields = dict(zip(names, differences[:-1], strict=True))
    return Comparison(fields, differences[-1], (_invented(pairs, 0), _invented(pairs, 1)))


def _drawn(change: np.ndarray, known: np.ndarray, draws: int) -> np.ndarray:
    """The mean change of each column in each draw; NaN where a draw has no document with the field."""
    documents = len(change)
    if not documents:
        return np.full((draws, change.shape[1]), np.nan)
    chance = np.random.default_rng(_SEED)
    times = chance.multinomial(documents, np.full(documents, 1 / documents), size=draws).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: np.ndarray = (times @ change) / (times @ known)
    return means


def _interval(means: np.ndarray) -> tuple[float, float]:
    usable = means[~np.isnan(means)]
    if not len(usable):
        return 0.0, 0.0
    low, high = np.percentile(usable, _INTERVAL)
    return float(low), float(high)


def _mean(change: np.ndarray, known: np.ndarray) -> float:
    whole = known.sum()
    return float(change.sum() / whole) if whole else 0.0


def _invented(pairs: Sequence[Pair], side: int) -> int:
    total: FieldScore = total_of(scores_of(pair[side] for pair in pairs).values())
    return total.invented
