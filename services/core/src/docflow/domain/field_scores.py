"""What counts as right: one definition for the command, the benchmarks and the evaluations of the API."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import cast

from docflow.domain.comparing import number
from docflow.domain.json_types import JsonScalar
from docflow.domain.values.kinds import FieldKind, canonical, text_key

_NUMBERS = (FieldKind.MONEY, FieldKind.QUANTITY, FieldKind.RATE)
_CENT = Decimal("0.005")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?:\s*(?:Uhr|h|hrs))?", re.IGNORECASE)


class Found(StrEnum):
    """What became of one field of one document."""

    RIGHT = "right"
    WRONG = "wrong"
    """Another value than the true one."""
    MISSING = "missing"
    INVENTED = "invented"
    """A value where the document has none."""
    ABSENT = "absent"
    """Rightly nothing."""


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """`accepted` = there is a value, at least as sure as the threshold: nobody would have looked."""

    found: Found
    accepted: bool = False

    @property
    def is_exact(self) -> bool:
        return self.found in (Found.RIGHT, Found.ABSENT)


@dataclass(frozen=True, slots=True)
class FieldScore:
    """Counts of one field over documents. `accepted` were as sure as the threshold, `slipped` of them are wrong.

    A document either has a value (`labelled`) or none (`empty`); `invented` are those of `wrong` that have none, and
    `unlabelled` those of `slipped`: invented, or printed and not labelled.
    """

    labelled: int = 0
    empty: int = 0
    right: int = 0
    wrong: int = 0
    invented: int = 0
    accepted: int = 0
    slipped: int = 0
    unlabelled: int = 0

    @classmethod
    def of(cls, outcome: FieldOutcome) -> "FieldScore":
        found = outcome.found
        is_empty = found in (Found.INVENTED, Found.ABSENT)
        return cls(
            labelled=int(not is_empty),
            empty=int(is_empty),
            right=int(found is Found.RIGHT),
            wrong=int(found in (Found.WRONG, Found.INVENTED)),
            invented=int(found is Found.INVENTED),
            accepted=int(outcome.accepted),
            slipped=int(outcome.accepted and found is not Found.RIGHT),
            unlabelled=int(outcome.accepted and found is Found.INVENTED),
        )

    def __add__(self, other: "FieldScore") -> "FieldScore":
        return FieldScore(
            self.labelled + other.labelled,
            self.empty + other.empty,
            self.right + other.right,
            self.wrong + other.wrong,
            self.invented + other.invented,
            self.accepted + other.accepted,
            self.slipped + other.slipped,
            self.unlabelled + other.unlabelled,
        )

    @property
    def documents(self) -> int:
        return self.labelled + self.empty

    @property
    def read(self) -> int:
        return self.right + self.wrong

    @property
    def missing(self) -> int:
        return self.labelled - self.right - (self.wrong - self.invented)

    @property
    def exact(self) -> float:
        """0..1: the share of documents whose value, or the lack of one, is right; 1 without documents."""
        return _share(self.right + self.empty - self.invented, self.documents, 1.0)

    @property
    def coverage(self) -> float:
        """0..1: the share of the values read that nobody would have looked at."""
        return _share(self.accepted, self.read, 0.0)

    @property
    def slip_rate(self) -> float:
        """0..1: the share of accepted values that are wrong."""
        return _share(self.slipped, self.accepted, 0.0)

    @property
    def f1(self) -> float:
        """0..1; 1 for a field that no document has and none was read of."""
        return _share(2 * self.right, self.read + self.labelled, 1.0)


def total_of(scores: Iterable[FieldScore]) -> FieldScore:
    return sum(scores, FieldScore())


def scores_of(documents: Iterable[Mapping[str, FieldOutcome]]) -> dict[str, FieldScore]:
    scores: dict[str, FieldScore] = {}
    for outcomes in documents:
        for name, outcome in outcomes.items():
            scores[name] = scores.get(name, FieldScore()) + FieldScore.of(outcome)
    return scores


def outcome_of(
    kind: FieldKind,
    truth: object,
    value: JsonScalar,
    confidence: float,
    *,
    threshold: float,
    day_first: bool = True,
) -> FieldOutcome:
    """`truth` is a value, a list of values that are all right, or None for none; so is an empty text."""
    true = true_values(truth)
    if value is None:
        return FieldOutcome(Found.MISSING if true else Found.ABSENT)
    accepted = confidence >= threshold
    if not true:
        return FieldOutcome(Found.INVENTED, accepted)
    is_right = any(same(kind, value, one, day_first=day_first) for one in true)
    return FieldOutcome(Found.RIGHT if is_right else Found.WRONG, accepted)


def true_values(truth: object) -> list[JsonScalar]:
    values: list[JsonScalar] = truth if isinstance(truth, list) else [cast("JsonScalar", truth)]
    return [value for value in values if value not in (None, "")]


def same(kind: FieldKind, read: JsonScalar, truth: JsonScalar, *, day_first: bool = True) -> bool:
    """Numbers to half a cent, whatever their sign, dates by value, all else by letters and digits."""
    true = canonical(kind, str(truth), day_first=day_first)
    if kind in _NUMBERS:
        left, right = number(read), number(true)
        return left is not None and right is not None and abs(abs(left) - abs(right)) < _CENT
    if kind in (FieldKind.DATE, FieldKind.BOOLEAN):
        return true is not None and str(read) == str(true)
    at, true_at = _TIME.fullmatch(str(read)), _TIME.fullmatch(str(truth))
    if kind is FieldKind.TEXT and at and true_at:
        return _is_same_time(at, true_at)
    return text_key(str(read)) == text_key(str(truth))


def _is_same_time(read: re.Match[str], truth: re.Match[str]) -> bool:
    """A time of day is as exact as the label: 17:45:22 is 17:45."""
    shorter = min(len(_parts(read)), len(_parts(truth)))
    return _parts(read)[:shorter] == _parts(truth)[:shorter]


def _parts(time: re.Match[str]) -> list[int]:
    return [int(part) for part in time.groups() if part is not None]


def _share(part: int, whole: int, of_nothing: float) -> float:
    return part / whole if whole else of_nothing
