"""A process that becomes several, and what becomes of it."""

from dataclasses import replace

import pytest
from docflow.domain.acts import Cancel, KeepWhole, Replay, Resume, SplitUp
from docflow.domain.advance import advance
from docflow.domain.errors import Conflict
from docflow.domain.jobs import ProcessState
from docflow.domain.outcomes import Advance, Gathered, Split
from docflow.domain.splitting import with_children, with_decision
from docflow.domain.stages import ProcessStatus, RunStatus, Stage
from docflow.domain.transition import Decision

from tests.unit.engine.cases import POLICY, PROCESS, at, given, process, run
from tests.unit.engine.families import STACK, ended, parts

OCR = Stage.INTELLIGENT_OCR


def split(status: ProcessStatus = ProcessStatus.CLASSIFYING) -> ProcessState:
    return replace(process(status, OCR), classification_result=with_children({}, parts(2)))


def test_a_split_ends_its_run_and_waits_without_another() -> None:
    decided = advance(at(OCR), run(OCR), Split(parts(2)), policy=POLICY, given=given())
    assert decided.process is not None and decided.run is not None
    assert (decided.process.status, decided.run.status, decided.next_run) == (
        ProcessStatus.CLASSIFYING,
        RunStatus.DONE,
        None,
    )
    listed = decided.process.results["classification_result"]["split"]["children"]
    assert [(one["process_id"], one["pages"]) for one in listed] == [
        (str(part.process_id), [part.first, part.last]) for part in parts(2)
    ]


def test_children_begin_like_any_process_but_carry_no_external_id() -> None:
    decided = advance(at(OCR), run(OCR), Split(parts(2)), policy=POLICY, given=given())
    for child, part in zip(decided.children, parts(2), strict=True):
        assert (child.process_id, child.process_type_id, child.current_stage) == (
            part.process_id,
            None,
            Stage.INGEST,
        )
        assert child.started.next_run is not None
        assert child.started.next_run.stage is Stage.INGEST
        (received,) = child.started.webhooks
        assert (received.type, received.body["data"]["external_id"]) == ("process.received", None)


def test_a_type_that_was_given_is_the_parts_too() -> None:
    outcome = Split(parts(1), type_left_open=False)
    (child,) = advance(at(OCR), run(OCR), outcome, policy=POLICY, given=given()).children
    assert (child.process_type_id, child.config_version) == ("simple_invoice", 1)


def test_the_split_stands_in_the_audit_of_the_parent() -> None:
    decided = advance(at(OCR), run(OCR), Split(parts(2)), policy=POLICY, given=given())
    (told,) = [message.data["payload"] for topic, message in decided.messages if topic.startswith("audit.")]
    assert told["outcome"] == "split"
    assert [one["document_id"] for one in told["children"]] == [str(STACK)] * 2


@pytest.mark.parametrize(
    ("children", "status", "code"),
    [
        (("completed", "completed"), ProcessStatus.COMPLETED, None),
        (("completed", "cancelled"), ProcessStatus.COMPLETED, None),
        (("completed", "failed"), ProcessStatus.FAILED, "child_failed"),
        (("cancelled", "cancelled"), ProcessStatus.CANCELLED, "cancelled"),
        ((), ProcessStatus.CANCELLED, "cancelled"),
    ],
)
def test_a_parent_ends_as_its_children_did(
    children: tuple[str, ...], status: ProcessStatus, code: str | None
) -> None:
    decided = advance(split(), run(OCR), Gathered(ended(*children)), policy=POLICY, given=given())
    assert decided.process is not None
    assert (decided.process.status, decided.process.error_code) == (status, code)
    assert [one["status"] for one in decided.process.results["final_output"]["children"]] == list(children)


def test_the_callback_of_a_parent_names_its_children() -> None:
    decided = advance(split(), run(OCR), Gathered(ended("completed")), policy=POLICY, given=given())
    (event,) = decided.webhooks
    assert event.to_callback
    assert [one["status"] for one in event.body["data"]["children"]] == ["completed"]


def test_a_child_that_ends_says_whose_it_is() -> None:
    child = replace(at(Stage.OUTPUT), parent_process_id=PROCESS)
    decided = advance(child, run(Stage.OUTPUT), Advance(), policy=POLICY, given=given())
    assert decided.ends_child_of == PROCESS
    going_on = advance(
        replace(at(OCR), parent_process_id=PROCESS), run(OCR), Advance(), policy=POLICY, given=given()
    )
    assert going_on.ends_child_of is None


def test_a_reviewers_cuts_are_made_by_a_new_run_of_reading() -> None:
    held = process(ProcessStatus.HITL_REVIEW, Stage.INTELLIGENT_PROCESS)
    results = {"classification_result": with_decision({}, "person", {STACK: (2,)})}
    act = SplitUp("u", {str(STACK): [2]}, results)
    decided = advance(held, None, act, policy=POLICY, given=given())
    assert decided.next_run is not None and decided.review_closed is not None
    assert (decided.next_run.stage, decided.review_closed.decision) == (OCR, Decision.SPLIT)


def test_a_file_that_is_one_document_goes_on_at_the_step_that_held_it() -> None:
    held = process(ProcessStatus.HITL_REVIEW, Stage.INTELLIGENT_PROCESS)
    decided = advance(held, None, KeepWhole("u", "intelligent_process", {}), policy=POLICY, given=given())
    assert decided.next_run is not None
    assert decided.next_run.step == "intelligent_process"


def test_cuts_are_decided_of_a_held_process_alone() -> None:
    for act in (SplitUp("u", {}, {}), KeepWhole("u", "intelligent_process", {})):
        with pytest.raises(Conflict):
            advance(at(OCR), run(OCR), act, policy=POLICY, given=given())


def test_a_parent_waits_again_and_the_run_that_would_have_ended_it_is_stopped() -> None:
    decided = advance(split(), run(OCR), Resume("u", children_at_work=True), policy=POLICY, given=given())
    assert decided.run is not None and decided.process is not None
    assert (decided.run.status, decided.process.status, decided.next_run) == (
        RunStatus.CANCELLED,
        ProcessStatus.CLASSIFYING,
        None,
    )


def test_a_parent_whose_children_have_all_ended_is_gathered_at_once() -> None:
    failed = split(ProcessStatus.FAILED)
    decided = advance(failed, None, Resume("u", children_at_work=False), policy=POLICY, given=given())
    assert decided.next_run is not None
    assert decided.next_run.stage is OCR


@pytest.mark.parametrize("state", [split(), split(ProcessStatus.COMPLETED), process(ProcessStatus.FAILED)])
def test_nothing_else_waits_again(state: ProcessState) -> None:
    with pytest.raises(Conflict):
        advance(state, None, Resume("u", children_at_work=True), policy=POLICY, given=given())


def test_a_parent_that_waits_can_be_cancelled() -> None:
    decided = advance(split(), None, Cancel("u"), policy=POLICY, given=given())
    assert decided.process is not None
    assert decided.process.status is ProcessStatus.CANCELLED
    with pytest.raises(Conflict):
        advance(split(), None, Replay("u"), policy=POLICY, given=given())
