"""Which step comes next."""

from typing import Any

import pytest
from docflow.domain.acts import Approve
from docflow.domain.advance import advance
from docflow.domain.case import Policy
from docflow.domain.outcomes import Advance, Fail, HoldForReview
from docflow.domain.routing import Router, Undecided
from docflow.domain.stages import ProcessStatus, RunStatus, Stage
from docflow.domain.transition import Transition

from tests.unit.engine.cases import given, process, run
from tests.unit.workflows.made import by_amount, read, step, workflow

CHECKED = {
    "validation_result": {
        "findings": [{"code": "rule_failed", "severity": "warning"}, {"code": "odd", "severity": "error"}]
    }
}


def way(condition: str, **columns: Any) -> str | None:
    """Where a process of 500.00 goes behind the check."""
    step = Router(workflow(by_amount(condition)), read("500.00", **columns)).after("check")
    return step.name if step else None


@pytest.mark.parametrize(("total", "to"), [("1000", "send"), ("1000.01", "look"), ("25000", "look")])
def test_the_first_way_whose_condition_holds_is_taken(total: str, to: str) -> None:
    step = Router(workflow(by_amount()), read(total)).after("check")
    assert step is not None
    assert step.name == to


@pytest.mark.parametrize(
    "condition",
    [
        "total == 500",
        "fields.total == 500 && data.currency == 'EUR'",
        "confidence.currency < 0.8 && overall_confidence < 0.85",
        "fraud.score > 0.7 && fraud.detected",
        "findings.errors == 1 && findings.warnings == 1 && 'odd' in findings.codes",
        "process_type_id == 'simple_invoice'",
        "source == 'email'",
        "metadata.department == 'sales' && metadata.rank > 2.5 && metadata.tags.exists(tag, tag == 'urgent')",
        "received_on == date('2026-11-20')",
    ],
)
def test_what_conditions_may_ask(condition: str) -> None:
    columns: dict[str, Any] = {
        "overall_confidence": 0.8,
        "classification_result": {"fraud_score": 0.75, "fraud_detected": True},
        "ingestion_source": "email",
        "metadata": {"department": "sales", "rank": 3, "tags": ["urgent"]},
        **CHECKED,
    }
    assert way(condition, **columns) == "look"


def test_what_the_stage_has_just_found_counts() -> None:
    router = Router(workflow(by_amount("findings.errors > 0")), read("1"), CHECKED)
    step = router.after("check")
    assert step is not None
    assert step.name == "look"


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("total / 0 > 1", "it divides by zero"),
        ("seller.name == 'a'", "was not read"),
        ("metadata.missing > 1", "was not read"),
        ("metadata.text > 1", "could not be answered"),
    ],
)
def test_a_condition_that_cannot_be_answered_is_told_and_tells_no_value(condition: str, told: str) -> None:
    with pytest.raises(Undecided) as undecided:
        way(condition, metadata={"text": "secret words"})
    reason = undecided.value.reason
    assert reason.code == "workflow_condition_failed"
    assert told in reason.message
    assert "secret" not in reason.message


def test_a_condition_asks_for_a_missing_value_without_harm() -> None:
    assert way("has(seller.name) && seller.name == 'Acme'") == "send"


def finished(condition: str, *, enable_hitl: bool = True) -> Transition:
    policy = Policy(workflow(by_amount(condition), enable_hitl=enable_hitl))
    at_work = run(Stage.INTELLIGENT_PROCESS)
    object.__setattr__(at_work, "step", "check")
    return advance(read(), at_work, Advance(CHECKED), policy=policy, given=given())


def test_where_a_condition_cannot_be_answered_a_person_looks_and_what_was_found_is_kept() -> None:
    decided = finished("total > 1000")
    assert decided.process and decided.run and decided.review
    assert decided.process.status is ProcessStatus.HITL_REVIEW
    assert [reason.code for reason in decided.review.reasons] == ["workflow_condition_failed"]
    assert (decided.process.results, decided.run.status, decided.next_run) == (CHECKED, RunStatus.DONE, None)


def test_where_nobody_looks_it_fails_with_the_reason() -> None:
    decided = finished("total > 1000", enable_hitl=False)
    assert decided.process is not None
    assert (decided.process.status, decided.process.error_code) == (ProcessStatus.FAILED, "review_disabled")
    assert [reason.code for reason in decided.process.review_reasons] == ["workflow_condition_failed"]
    assert decided.process.results == CHECKED


def approved(written: dict[str, Any], at: str, total: str | None) -> str | None:
    held = process(ProcessStatus.HITL_REVIEW, Stage.INTELLIGENT_PROCESS)
    object.__setattr__(held, "extraction_result", read(total).extraction_result)
    act = Approve("u", at)
    decided = advance(held, None, act, policy=Policy(workflow(written)), given=given())
    return decided.next_run.step if decided.next_run else None


def test_once_a_person_has_looked_an_unanswered_condition_counts_as_not_holding() -> None:
    assert approved(by_amount(), "check", None) == "send"


def test_an_approval_goes_by_the_corrected_values() -> None:
    """Corrections are in the process before it is decided."""
    written = by_amount(approvals=2)
    assert approved(written, "check", "99000") == "look"
    assert approved(written, "check", "5") == "send"


def test_who_has_just_approved_is_not_asked_again_for_one_approval() -> None:
    assert approved(by_amount(), "check", "5000") == "send"
    assert approved(by_amount(again=True), "check", "5000") == "look"
    assert approved(by_amount(approvals=2), "check", "5000") == "look"
    assert approved(by_amount(), "look", "5000") == "send"


def test_reviews_that_follow_each_other_are_each_meant() -> None:
    written = {
        "steps": [
            step("take", "ingest"),
            step("read", "ocr"),
            step("check", "process"),
            step("clerk", "review"),
            step("chief", "review"),
            step("send", "output"),
        ]
    }
    assert approved(written, "clerk", "1") == "chief"


@pytest.mark.parametrize(
    ("config", "codes"),
    [
        ({}, ["workflow_review"]),
        ({"when": "total > 400"}, ["workflow_review"]),
        ({"when": "total > 600"}, []),
        ({"when": "seller.name == 'a'"}, ["workflow_condition_failed"]),
    ],
)
def test_a_review_step_holds_always_or_where_its_condition_holds(
    config: dict[str, Any], codes: list[str]
) -> None:
    written = by_amount(approvals=2, priority=7, message="too much", **config)
    outcome = Router(workflow(written), read("500")).review("look")
    if not codes:
        assert outcome == Advance()
        return
    assert isinstance(outcome, HoldForReview)
    assert [reason.code for reason in outcome.reasons] == codes
    assert (outcome.approvals_required, outcome.priority) == (2, 7)


def test_a_review_step_fails_where_nobody_looks() -> None:
    outcome = Router(workflow(by_amount(), enable_hitl=False), read("500")).review("look")
    assert isinstance(outcome, Fail)
    assert (outcome.code, outcome.reasons[0].code) == ("review_disabled", "workflow_review")


def test_a_condition_that_runs_away_ends_and_a_person_looks() -> None:
    words = list(range(400))
    condition = "metadata.n.all(a, metadata.n.all(b, a + b >= 0))"
    with pytest.raises(Undecided) as undecided:
        way(condition, metadata={"n": words})
    assert "more steps" in undecided.value.reason.message
