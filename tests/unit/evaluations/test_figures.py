"""What is said of one version."""

from uuid import UUID

from docflow.domain.field_scores import FieldOutcome, Found
from docflow.features.evaluations.figures import (
    Reading,
    concluded,
    outcomes_as_json,
    outcomes_from,
    side_figures,
)
from docflow.features.evaluations.states import Verdict

RIGHT = FieldOutcome(Found.RIGHT, accepted=True)
SLIPPED = FieldOutcome(Found.WRONG, accepted=True)
MISSING = FieldOutcome(Found.MISSING)


def reading(number: int, outcome: FieldOutcome, **more: object) -> Reading:
    given = {
        "document_id": UUID(int=number),
        "outcomes": {"total": outcome},
        "needs_review": False,
        "pages": 2,
        "duration_ms": 100 * number,
        "provider": "anthropic",
        "model": "small",
        "cost_micros": 10,
        **more,
    }
    return Reading(**given)  # type: ignore[arg-type]


def test_shares_times_and_costs_are_summed() -> None:
    figures = side_figures(
        [reading(1, RIGHT), reading(2, SLIPPED), reading(3, MISSING, needs_review=True), reading(4, RIGHT)]
    )
    total = figures["fields"]["total"]
    assert (total["exact"], total["coverage"], total["missing"]) == (0.5, 1.0, 1)
    assert total["slip_rate"] == 0.3333
    assert (figures["review_rate"], figures["cost_micros"], figures["models"]) == (
        0.25, 40, {"anthropic/small": 4},
    )  # fmt: skip
    assert (figures["seconds_p50"], figures["seconds_p95"], figures["seconds_a_page"]) == (0.25, 0.385, 0.125)


def test_a_cost_with_an_unknown_price_is_unknown() -> None:
    assert side_figures([reading(1, RIGHT), reading(2, RIGHT, cost_micros=None)])["cost_micros"] is None


def test_documents_are_paired_and_one_that_only_one_side_read_is_left_out() -> None:
    figures, verdict = concluded([reading(1, RIGHT), reading(2, MISSING)], [reading(1, RIGHT)])
    assert (figures["comparison"]["overall"]["documents"], verdict) == (1, Verdict.PASSED)


def test_one_version_alone_has_no_verdict() -> None:
    figures, verdict = concluded([reading(1, RIGHT)], None)
    assert (figures["baseline"], figures["comparison"], verdict) == (None, None, None)


def test_outcomes_come_back_from_storage_as_they_were() -> None:
    outcomes = {"total": SLIPPED, "iban": MISSING}
    assert outcomes_from(outcomes_as_json(outcomes)) == outcomes
