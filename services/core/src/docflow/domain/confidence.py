"""Confidence made from evidence, never from what a model says of itself.

The prior weights are judgements (no labels yet); measured on receipts they order right and wrong values well enough to
route. A single reading, grounded, clear, labelled and unique comes to 0.91; with an equal rival to 0.75; not on the page to 0.10.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum

from docflow.domain.json_types import JsonObject

#: A value taken from a structured e-invoice; below 1 because a mapping can be wrong too.
XML_VALUE = 0.999
#: The same, where the visible page states another value.
XML_CONTRADICTED = 0.50
#: Nothing was found, and nothing on the pages asks for it.
ABSENT_UNLABELLED = 0.90
#: Nothing was found although its label stands on a page.
ABSENT_LABELLED = 0.40

CAP_UNGROUNDED = 0.60
CAP_FAILED_CHECK = 0.40
CAP_READINGS_DIFFER = 0.50
CAP_INJECTION = 0.60
#: Below the usual threshold of 0.80: measured on receipts and forms, free text that nothing shows to be of the kind
#: asked for is the wrong text far more often than a grounded amount is the wrong amount.
CAP_KIND_UNPROVEN = 0.75
CAP_KIND_DOUBTFUL = 0.50
#: What only a place says that was learnt from a vendor's documents and has not proven itself on later ones.
CAP_ON_TRIAL = 0.75
#: Of two equally good values one is wrong, and without an equation nothing says which.
CAP_RIVALS = 0.75


class Backing(StrEnum):
    """What a vendor's earlier documents say of a value: people approved those, and said where their values stand.

    A place is proven once it was right on later documents; until then it is on trial.
    """

    NONE = "none"
    TRIED = "tried"
    """A proven place shows the same value."""
    ON_TRIAL = "on_trial"
    """A place on trial shows the same value; that lifts it to CAP_ON_TRIAL at most."""
    SINGLE = "single"
    """A proven place alone shows it; nothing else was read."""
    UNTRIED = "untried"
    """Only a place on trial shows it."""
    AGAINST = "against"
    """Another value stands in the place, or the place shows another than what was read."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a value.

    `grounding` 0..1: how exactly it stands on a page (1 = equal). `agreement`: 1 two readings are equal, 0 they differ,
    0.5 there was one. `check`: +1 passed a strong check (checksum, equation), -1 failed one, 0 none. `weakest_word`:
    the lowest word confidence 0..1, None = unknown. `label`: 1 its label stands near, 0.5 unknown, 0 contradicted.
    `rivals`: other values that were equally good. `injected`: instructions to a machine stand on the page. `fit`: how
    sure it is that the text is of the kind asked for (1 its form or place shows it, 0.5 nothing does, 0 it speaks against). `on_trial`: only a place says so that has not proven itself.
    """

    grounding: float
    agreement: float = 0.5
    check: int = 0
    weakest_word: float | None = None
    label: float = 0.5
    rivals: int = 0
    injected: bool = False
    fit: float = 1.0
    on_trial: bool = False


def with_backing(evidence: Evidence, backing: Backing) -> Evidence:
    """The evidence with what earlier documents of the vendor say.

    Whatever they say, a place on trial makes no value surer than CAP_ON_TRIAL that was not as sure without it.
    """
    agreement = evidence.agreement
    match backing:
        case Backing.NONE | Backing.SINGLE:
            return evidence
        case Backing.TRIED:
            return replace(evidence, agreement=1.0 if agreement > 0 else 0.0, fit=1.0)
        case Backing.ON_TRIAL:
            if field_confidence(evidence) >= CAP_ON_TRIAL or agreement <= 0:
                return evidence
            return replace(evidence, agreement=1.0, on_trial=True)
        case Backing.UNTRIED:
            return replace(evidence, on_trial=True)
        case Backing.AGAINST:
            # Two readings that were equal are doubted, not contradicted.
            return replace(evidence, agreement=0.5 if agreement > 0.5 else 0.0)


PRIOR_WEIGHTS = (-2.2, 2.0, 1.8, 1.6, 1.0, 0.8, 0.7)
"""Of the bias, grounding, agreement, check, clear words, label and uniqueness: what a fit weighs, in this order."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights learned from labels, and above them the steps of an isotonic fit: (from this score on, probability)."""

    calibration_id: str
    weights: tuple[float, ...]
    steps: tuple[tuple[float, float], ...] = ()

    def probability(self, features: Sequence[float]) -> float:
        plain = sigmoid(score(features, self.weights))
        if not self.steps:
            return plain
        at = bisect_right(self.steps, plain, key=lambda step: step[0])
        return self.steps[max(0, at - 1)][1]


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a confidence came about, kept with the field: labels are fitted to it later. `calibration` None = the prior."""

    evidence: Evidence
    kind: str
    calibration: str | None = None

    def as_json(self) -> JsonObject:
        raw = score(features_of(self.evidence), PRIOR_WEIGHTS)
        return {
            **asdict(self.evidence),
            "score": round(raw, 4),
            "kind": self.kind,
            "calibration": self.calibration,
        }

    @classmethod
    def from_json(cls, kept: JsonObject) -> "Weighed":
        known = {one.name: kept[one.name] for one in fields(Evidence) if one.name in kept}
        return cls(Evidence(**known), str(kept.get("kind", "")), kept.get("calibration"))


def features_of(evidence: Evidence) -> tuple[float, ...]:
    """In the order of PRIOR_WEIGHTS, each about -1..1."""
    clear = 0.0 if evidence.weakest_word is None else (evidence.weakest_word - 0.8) / 0.2
    return (
        1.0,
        evidence.grounding,
        2 * evidence.agreement - 1,
        float(evidence.check),
        max(-1.0, min(1.0, clear)),
        2 * evidence.label - 1,
        2 / (1 + evidence.rivals) - 1,
    )


def field_confidence(evidence: Evidence, fitted: Fitted | None = None) -> float:
    """0..1 by a logistic of the evidence, cut by the caps of what failed; no fit lifts a cap."""
    features = features_of(evidence)
    sure = fitted.probability(features) if fitted else sigmoid(score(features, PRIOR_WEIGHTS))
    return min(sure, cap_of(evidence))


def score(features: Sequence[float], weights: Sequence[float]) -> float:
    return sum(feature * weight for feature, weight in zip(features, weights, strict=True))


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def cap_of(evidence: Evidence) -> float:
    """The most that what failed allows, whatever else speaks for a value."""
    return min(_caps(evidence))


def _caps(evidence: Evidence) -> tuple[float, ...]:
    return (
        1.0,
        CAP_UNGROUNDED if evidence.grounding <= 0 else 1.0,
        CAP_FAILED_CHECK if evidence.check < 0 else 1.0,
        CAP_READINGS_DIFFER if evidence.agreement <= 0 else 1.0,
        CAP_INJECTION if evidence.injected else 1.0,
        CAP_ON_TRIAL if evidence.on_trial else 1.0,
        CAP_RIVALS if evidence.rivals > 0 and evidence.check <= 0 and evidence.agreement < 1 else 1.0,
        _fit_cap(evidence.fit),
    )


def _fit_cap(fit: float) -> float:
    if fit >= 1:
        return 1.0
    return CAP_KIND_UNPROVEN if fit > 0 else CAP_KIND_DOUBTFUL


def absent_confidence(*, label_seen: bool) -> float:
    """How sure it is that a field is not on the document."""
    return ABSENT_LABELLED if label_seen else ABSENT_UNLABELLED


def overall_confidence(required: Iterable[float | None]) -> float:
    """The weakest required field; a missing one (None) makes it 0, and with nothing required it is 1."""
    return min((0.0 if value is None else value for value in required), default=1.0)


def risk(scores: Iterable[tuple[str, float]]) -> float:
    """Fraud score 0..1 of (family, score) pairs: the worst of each family, so that signals of one cause don't add."""
    worst: dict[str, float] = {}
    for family, score in scores:
        worst[family] = max(score, worst.get(family, 0.0))
    return 1 - math.prod(1 - score for score in worst.values())
