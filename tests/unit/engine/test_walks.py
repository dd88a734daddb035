"""Whatever happens in whatever order: the rules that hold on every path."""

from dataclasses import replace

import pytest
from docflow.domain.acts import (
    Act,
    Approve,
    Cancel,
    KeepWhole,
    Reject,
    Replay,
    Resume,
    SendBack,
    SplitUp,
    Start,
)
from docflow.domain.advance import TimedOut, advance
from docflow.domain.errors import DocflowError
from docflow.domain.jobs import ProcessState, Run
from docflow.domain.outcomes import (
    Advance,
    Fail,
    Gathered,
    HoldForReview,
    Reason,
    RetryLater,
    Split,
    StageOutcome,
)
from docflow.domain.splitting import is_split
from docflow.domain.stages import ProcessStatus, RunStatus, Stage
from docflow.domain.transition import Transition
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.unit.engine.cases import POLICY, given, process, run
from tests.unit.engine.families import ended, parts

OUTCOMES = st.sampled_from(
    [
        Advance(),
        HoldForReview((Reason("confidence_low"),)),
        RetryLater("odd"),
        RetryLater("storage_full", counts=False),
        Fail("file_corrupt"),
        TimedOut(1.0),
        Split(parts(2)),
        Gathered(ended("completed", "cancelled")),
        Gathered(ended("failed", "completed")),
    ]
)
ACTS = st.sampled_from(
    [
        Start(),
        Cancel("u"),
        Replay("u"),
        Replay("u", Stage.INGEST),
        Approve("u", "intelligent_process"),
        Reject("u"),
        SendBack("u"),
        SplitUp("u", {}, {}),
        KeepWhole("u", "intelligent_process", {}),
        Resume("u", children_at_work=True),
        Resume("u", children_at_work=False),
    ]
)


class LastChildEnds:
    """What the database does when nothing that was split from the process is at work any more."""


HAPPENINGS = st.one_of(OUTCOMES, ACTS, st.just(LastChildEnds()))
Happening = StageOutcome | TimedOut | Act | LastChildEnds


class Walk:
    """One process in memory, moved by transitions as the database would be."""

    def __init__(self) -> None:
        self.process: ProcessState = process()
        self.run: Run | None = None

    @property
    def awaits_children(self) -> bool:
        split = is_split(self.process.classification_result)
        return split and self.process.status is ProcessStatus.CLASSIFYING and self.run is None

    def happen(self, happened: Happening) -> Transition | None:
        """None = refused, and nothing has changed."""
        if isinstance(happened, LastChildEnds):
            if self.awaits_children:
                self.run = run(Stage.INTELLIGENT_OCR)
            return None
        try:
            decided = advance(self.process, self.run, happened, policy=POLICY, given=given())
        except DocflowError:
            return None
        self._apply(decided)
        return decided

    def _apply(self, decided: Transition) -> None:
        if decided.run and self.run:
            again = decided.run.status is RunStatus.READY
            self.run = (
                replace(self.run, attempt=self.run.attempt + 1, failures=decided.run.failures)
                if again
                else None
            )
        if decided.next_run:
            assert self.run is None, "two runs of one process would be open"
            self.run = replace(
                run(decided.next_run.stage), run_id=decided.next_run.run_id, step=decided.next_run.step
            )
        if decided.process:
            self.process = replace(
                self.process,
                status=decided.process.status,
                current_stage=decided.process.current_stage,
                classification_result=decided.process.results.get(
                    "classification_result", self.process.classification_result
                ),
            )


@drawn(st.lists(HAPPENINGS, max_size=40))
def test_a_process_waits_for_a_run_or_a_person_or_its_children_or_has_ended(
    happenings: list[Happening],
) -> None:
    walk = Walk()
    walk.happen(Start())
    for happened in happenings:
        walk.happen(happened)
        status = walk.process.status
        resting = status.is_final or status is ProcessStatus.HITL_REVIEW or walk.awaits_children
        assert resting == (walk.run is None)


@drawn(st.lists(HAPPENINGS, max_size=40))
def test_a_final_status_is_left_by_a_replay_alone(happenings: list[Happening]) -> None:
    walk = Walk()
    walk.happen(Start())
    for happened in happenings:
        before = walk.process.status
        walk.happen(happened)
        if before.is_final and walk.process.status is not before:
            assert isinstance(happened, Replay | Resume)
            assert before is not ProcessStatus.COMPLETED


@drawn(st.lists(OUTCOMES, min_size=1, max_size=60))
def test_every_finish_has_one_audit_record_of_its_run_and_attempt(
    happenings: list[StageOutcome | TimedOut],
) -> None:
    walk = Walk()
    walk.happen(Start())
    for happened in happenings:
        open_run = walk.run
        decided = walk.happen(happened)
        if decided is not None and open_run is not None:
            records = [message for topic, message in decided.messages if topic.startswith("audit.")]
            assert [(each.data["run_id"], each.attempt) for each in records] == [
                (str(open_run.run_id), open_run.attempt)
            ]


@drawn(st.lists(OUTCOMES, max_size=20))
def test_every_path_ends_once_the_stages_go_well(happenings: list[StageOutcome | TimedOut]) -> None:
    walk = Walk()
    walk.happen(Start())
    for happened in happenings:
        walk.happen(happened)
    for _ in range(2 * len(Stage) + 2):
        walk.happen(LastChildEnds())
        walk.happen(
            Approve("u", walk.process.current_stage.value.lower())
            if walk.process.status is ProcessStatus.HITL_REVIEW
            else Advance()
        )
    assert walk.process.status.is_final


@drawn(st.lists(st.just(RetryLater("odd")), min_size=POLICY.max_failures, max_size=10))
def test_a_document_that_fails_for_ever_ends(happenings: list[StageOutcome]) -> None:
    walk = Walk()
    walk.happen(Start())
    for happened in happenings:
        walk.happen(happened)
    assert walk.process.status is ProcessStatus.FAILED


@drawn(st.lists(HAPPENINGS, max_size=40))
def test_children_are_made_by_a_split_alone_each_with_its_first_run(happenings: list[Happening]) -> None:
    walk = Walk()
    walk.happen(Start())
    for happened in happenings:
        decided = walk.happen(happened)
        if decided is None:
            continue
        assert bool(decided.children) == isinstance(happened, Split)
        for child in decided.children:
            assert child.started.next_run is not None
            assert child.started.process_id == child.process_id != walk.process.process_id


def test_a_refused_act_changes_nothing() -> None:
    walk = Walk()
    walk.happen(Start())
    before = (walk.process, walk.run)
    assert walk.happen(Reject("u")) is None
    assert (walk.process, walk.run) == before


@pytest.mark.parametrize("status", [ProcessStatus.COMPLETED, ProcessStatus.HITL_REVIEW])
def test_a_late_outcome_of_a_run_that_is_over_is_refused(status: ProcessStatus) -> None:
    walk = Walk()
    walk.process = process(status, Stage.OUTPUT)
    walk.run = run(Stage.OUTPUT)
    assert walk.happen(Advance()) is None
