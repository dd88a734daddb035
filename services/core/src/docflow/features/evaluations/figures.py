"""What an evaluation says of each version, and of the two together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from docflow.domain.field_scores import FieldOutcome, FieldScore, Found, scores_of, total_of
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.features.evaluations.comparing import compared
from docflow.features.evaluations.states import Verdict


@dataclass(frozen=True, slots=True)
class Reading:
    """One document as one version read it. `error_code` = it could not be read; then every value is missing."""

    document_id: UUID
    outcomes: Mapping[str, FieldOutcome]
    needs_review: bool
    pages: int
    duration_ms: int
    provider: str
    model: str
    tokens_input: int = 0
    tokens_output: int = 0
    cost_micros: int | None = 0
    error_code: str | None = None


def outcomes_as_json(outcomes: Mapping[str, FieldOutcome]) -> JsonObject:
    return {name: [one.found.value, one.accepted] for name, one in outcomes.items()}


def outcomes_from(stored: JsonObject) -> dict[str, FieldOutcome]:
    return {name: FieldOutcome(Found(found), bool(accepted)) for name, (found, accepted) in stored.items()}


def concluded(
    candidate: Sequence[Reading], baseline: Sequence[Reading] | None
) -> tuple[JsonObject, Verdict | None]:
    """The figures of a finished evaluation, and the gate's verdict where there was something to compare with."""
    figures: dict[str, JsonValue] = {
        "candidate": side_figures(candidate),
        "baseline": None,
        "comparison": None,
    }
    if baseline is None:
        return figures, None
    theirs = {reading.document_id: reading for reading in baseline}
    pairs = [
        (reading.outcomes, theirs[reading.document_id].outcomes)
        for reading in sorted(candidate, key=lambda one: one.document_id)
        if reading.document_id in theirs
    ]
    comparison = compared(pairs)
    figures["baseline"] = side_figures(baseline)
    figures["comparison"] = comparison.as_json()
    return figures, Verdict.PASSED if comparison.passed else Verdict.WORSE


def side_figures(readings: Sequence[Reading]) -> JsonObject:
    """Shares are 0..1; seconds are those of reading the fields, the words being known. A cost is null where one is."""
    scores = scores_of(reading.outcomes for reading in readings)
    costs = [reading.cost_micros for reading in readings]
    known = [cost for cost in costs if cost is not None]
    seconds = [reading.duration_ms / 1000 for reading in readings]
    pages = sum(reading.pages for reading in readings)
    return {
        "documents": len(readings),
        "pages": pages,
        "fields": {name: score_as_json(score) for name, score in sorted(scores.items())},
        "overall": score_as_json(total_of(scores.values())),
        "review_rate": _share(sum(reading.needs_review for reading in readings), len(readings)),
        "refused": dict(Counter(reading.error_code for reading in readings if reading.error_code)),
        "models": dict(Counter(f"{reading.provider}/{reading.model}" for reading in readings)),
        "tokens_input": sum(reading.tokens_input for reading in readings),
        "tokens_output": sum(reading.tokens_output for reading in readings),
        "cost_micros": sum(known) if len(known) == len(costs) else None,
        "seconds_p50": _percentile(seconds, 50),
        "seconds_p95": _percentile(seconds, 95),
        "seconds_a_page": round(sum(seconds) / pages, 4) if pages else None,
    }


def score_as_json(score: FieldScore) -> JsonObject:
    return {
        "labelled": score.labelled,
        "empty": score.empty,
        "right": score.right,
        "wrong": score.wrong,
        "missing": score.missing,
        "invented": score.invented,
        "accepted": score.accepted,
        "slipped": score.slipped,
        "exact": round(score.exact, 4),
        "f1": round(score.f1, 4),
        "coverage": round(score.coverage, 4),
        "slip_rate": round(score.slip_rate, 4),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _percentile(seconds: Sequence[float], percent: int) -> float | None:
    return round(float(np.percentile(seconds, percent)), 4) if seconds else None
