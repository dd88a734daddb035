"""The order of stages and statuses."""

import pytest
from docflow.domain.acts import Approve, Cancel, Reject, Replay, SendBack, Start
from docflow.domain.advance import TimedOut, advance
from docflow.domain.case import Policy
from docflow.domain.errors import Conflict, PermanentError, UserError
from docflow.domain.outcomes import Advance, Fail, Finding, HoldForReview, Reason, RetryLater
from docflow.domain.stages import AuditResult, ProcessStatus, RunStatus, Severity, Stage
from docflow.domain.transition import Decision, Transition
from docflow.domain.workflow import workflow_from

from tests.unit.engine.cases import POLICY, at, given, process, run

HELD = process(ProcessStatus.HITL_REVIEW, Stage.INTELLIGENT_PROCESS)
DOUBT = Reason("confidence_low", "grand_total", "read with 0.4")


def audit_of(transition: Transition) -> tuple[str, dict[str, object]]:
    ((topic, message),) = [each for each in transition.messages if each[0].startswith("audit.")]
    return topic, dict(message.data)


@pytest.mark.parametrize(
    ("stage", "status", "following"),
    [
        (Stage.INGEST, ProcessStatus.INGESTED, Stage.INTELLIGENT_OCR),
        (Stage.INTELLIGENT_OCR, ProcessStatus.VALIDATING, Stage.INTELLIGENT_PROCESS),
        (Stage.INTELLIGENT_PROCESS, ProcessStatus.VALIDATING, Stage.OUTPUT),
    ],
)
def test_a_stage_that_is_done_hands_over_to_the_next(
    stage: Stage, status: ProcessStatus, following: Stage
) -> None:
    decided = advance(at(stage), run(stage), Advance(), policy=POLICY, given=given())
    assert decided.process and decided.next_run and decided.run
    assert (decided.process.status, decided.process.current_stage) == (status, following)
    assert (decided.next_run.stage, decided.run.status) == (following, RunStatus.DONE)


def test_the_last_stage_completes_the_process() -> None:
    decided = advance(at(Stage.OUTPUT), run(Stage.OUTPUT), Advance(), policy=POLICY, given=given())
    assert decided.process and decided.process.status is ProcessStatus.COMPLETED
    assert decided.next_run is None
    assert [event.type for event in decided.webhooks] == ["process.completed"]


def test_actions_keep_the_order_of_the_configuration() -> None:
    outcome = Advance(
        actions=(
            {"action_type": "webhook", "target_config": {"url": "https://a.example"}},
            {"action_type": "file_export", "target_config": {}, "max_retries": 2},
        )
    )
    decided = advance(at(Stage.OUTPUT), run(Stage.OUTPUT), outcome, policy=POLICY, given=given())
    assert [(each.position, each.action_type, each.max_retries) for each in decided.actions] == [
        (0, "webhook", None),
        (1, "file_export", 2),
    ]


def test_a_doubtful_document_waits_for_a_person_with_its_reasons_and_values() -> None:
    stage = Stage.INTELLIGENT_PROCESS
    outcome = HoldForReview((DOUBT,), {"validation_result": {"findings": []}})
    decided = advance(at(stage), run(stage), outcome, policy=POLICY, given=given())
    assert decided.process and decided.review
    assert decided.process.status is ProcessStatus.HITL_REVIEW
    assert decided.process.results == {"validation_result": {"findings": []}}
    assert (decided.review.reasons, decided.next_run) == ((DOUBT,), None)
    assert [event.type for event in decided.webhooks] == ["process.review_required"]


def test_an_audit_record_holds_codes_and_names_but_no_message() -> None:
    stage = Stage.INTELLIGENT_PROCESS
    decided = advance(at(stage), run(stage), HoldForReview((DOUBT,)), policy=POLICY, given=given())
    topic, data = audit_of(decided)
    assert (topic, data["result"]) == ("audit.intelligent_process", AuditResult.ERRORS)
    assert data["payload"] == {
        "step": "intelligent_process",
        "outcome": "held",
        "reasons": [{"code": "confidence_low", "field": "grand_total"}],
        "findings": [],
    }


def test_findings_of_a_stage_that_went_on_show_in_its_record() -> None:
    outcome = Advance(findings=(Finding("rule_failed", Severity.ERROR, "total"),))
    decided = advance(at(Stage.INGEST), run(), outcome, policy=POLICY, given=given())
    assert audit_of(decided)[1]["result"] == AuditResult.ERRORS


def test_a_failure_ends_the_process_with_its_code() -> None:
    decided = advance(
        at(Stage.INGEST), run(), Fail("file_corrupt", "it ends early"), policy=POLICY, given=given()
    )
    assert decided.process and decided.run
    assert decided.process.status is ProcessStatus.FAILED
    assert (decided.process.error_code, decided.process.error_message) == ("file_corrupt", "it ends early")
    assert (decided.run.status, decided.next_run) == (RunStatus.FAILED, None)


def test_a_counted_retry_is_the_same_run_later() -> None:
    decided = advance(at(Stage.INGEST), run(failures=1), RetryLater("odd"), policy=POLICY, given=given(0.5))
    assert decided.run and decided.process is None
    assert (decided.run.status, decided.run.failures, decided.run.after_s) == (RunStatus.READY, 2, 1.0)


def test_the_worlds_trouble_uses_up_no_attempt() -> None:
    outcome = RetryLater("storage_full", after_s=30, counts=False)
    decided = advance(at(Stage.INGEST), run(failures=4, attempt=90), outcome, policy=POLICY, given=given(0))
    assert decided.run
    assert (decided.run.status, decided.run.failures, decided.run.after_s) == (RunStatus.READY, 4, 30)


def test_the_last_counted_failure_is_the_end() -> None:
    decided = advance(at(Stage.INGEST), run(failures=4), RetryLater("odd"), policy=POLICY, given=given())
    assert decided.run and decided.process
    assert (decided.run.status, decided.run.failures) == (RunStatus.FAILED, 5)
    assert (decided.process.status, decided.process.error_code) == (ProcessStatus.FAILED, "odd")
    assert audit_of(decided)[1]["payload"]["outcome"] == "dead"  # type: ignore[index]


def test_a_stage_that_never_ends_in_time_ends_with_timeout() -> None:
    decided = advance(at(Stage.INGEST), run(failures=4), TimedOut(60), policy=POLICY, given=given())
    assert decided.process and decided.process.error_code == "timeout"


def test_an_accepted_process_begins_with_ingest() -> None:
    decided = advance(process(), None, Start("00-ab-cd-01"), policy=POLICY, given=given())
    assert decided.next_run
    assert (decided.next_run.stage, decided.next_run.traceparent) == (Stage.INGEST, "00-ab-cd-01")
    assert [event.type for event in decided.webhooks] == ["process.received"]


def test_cancelling_ends_the_open_run_too() -> None:
    decided = advance(
        at(Stage.OUTPUT), run(Stage.OUTPUT), Cancel("user:1", "twice"), policy=POLICY, given=given()
    )
    assert decided.process and decided.run
    assert (decided.process.status, decided.process.error_message) == (ProcessStatus.CANCELLED, "twice")
    assert decided.run.status is RunStatus.CANCELLED


def test_cancelling_a_held_process_closes_its_review_without_a_decision() -> None:
    decided = advance(HELD, None, Cancel("user:1"), policy=POLICY, given=given())
    assert decided.review_closed and decided.review_closed.decision is None


@pytest.mark.parametrize("status", [s for s in ProcessStatus if s.is_final])
def test_what_has_ended_cannot_be_cancelled(status: ProcessStatus) -> None:
    with pytest.raises(Conflict):
        advance(process(status), None, Cancel("user:1"), policy=POLICY, given=given())


def test_an_approved_process_goes_on_behind_the_step_that_held() -> None:
    act = Approve("user:1", "intelligent_process", corrected=("total",), known=("sum_differs",))
    decided = advance(HELD, None, act, policy=POLICY, given=given())
    assert decided.process and decided.next_run and decided.review_closed
    assert (decided.process.status, decided.next_run.stage) == (ProcessStatus.VALIDATING, Stage.OUTPUT)
    assert decided.process.reviewed
    assert decided.review_closed.decision is Decision.APPROVE
    assert [event.type for event in decided.webhooks] == ["process.reviewed"]
    (audit,) = [message for topic, message in decided.messages if topic.startswith("audit.")]
    assert audit.data["payload"]["over_errors"] == ["sum_differs"]


def test_a_rejected_process_is_cancelled_with_the_reason() -> None:
    decided = advance(HELD, None, Reject("user:1", reason="not ours"), policy=POLICY, given=given())
    assert decided.process
    assert (decided.process.status, decided.process.error_message) == (ProcessStatus.CANCELLED, "not ours")
    assert [event.type for event in decided.webhooks] == ["process.reviewed", "process.cancelled"]


def test_a_process_sent_back_is_read_again() -> None:
    decided = advance(HELD, None, SendBack("user:1"), policy=POLICY, given=given())
    assert decided.next_run and decided.next_run.stage is Stage.INTELLIGENT_OCR


@pytest.mark.parametrize("act", [Approve("u", "intelligent_process"), Reject("u"), SendBack("u")])
def test_only_a_held_process_can_be_decided(act: Approve | Reject | SendBack) -> None:
    with pytest.raises(Conflict):
        advance(at(Stage.OUTPUT), run(Stage.OUTPUT), act, policy=POLICY, given=given())


def test_a_failed_process_is_tried_again_where_it_stopped() -> None:
    stopped = process(ProcessStatus.FAILED, Stage.INTELLIGENT_PROCESS)
    decided = advance(stopped, None, Replay("user:1"), policy=POLICY, given=given())
    assert decided.process and decided.next_run
    assert decided.next_run.stage is Stage.INTELLIGENT_PROCESS
    assert (decided.process.status, decided.process.error_code) == (ProcessStatus.VALIDATING, None)


def test_a_stage_that_was_not_reached_cannot_be_replayed() -> None:
    with pytest.raises(UserError) as refused:
        advance(
            process(ProcessStatus.FAILED, Stage.INGEST),
            None,
            Replay("user:1", Stage.OUTPUT),
            policy=POLICY,
            given=given(),
        )
    assert refused.value.code == "validation_failed"


def test_a_workflow_may_leave_steps_out() -> None:
    policy = Policy(
        workflow_from({"steps": [{"name": "take", "stage": "INGEST"}, {"name": "send", "stage": "OUTPUT"}]})
    )
    started = advance(process(), None, Start(), policy=policy, given=given())
    assert started.next_run and started.next_run.step == "take"


def test_a_process_begins_where_its_workflow_begins() -> None:
    policy = Policy(workflow_from({"steps": [{"name": "read", "stage": "INTELLIGENT_OCR"}]}))
    started = advance(process(), None, Start(), policy=policy, given=given())
    assert started.process is not None
    assert started.process.current_stage is Stage.INTELLIGENT_OCR
    assert started.process.status is ProcessStatus.PENDING


@pytest.mark.parametrize(
    "steps", [[{"name": "a"}], [{"name": "a", "stage": "LUNCH"}], [{"name": "a", "stage": "INGEST"}] * 2]
)
def test_an_unreadable_workflow_is_refused(steps: list[dict[str, str]]) -> None:
    with pytest.raises(PermanentError) as refused:
        workflow_from({"steps": steps})
    assert refused.value.code == "workflow_invalid"
