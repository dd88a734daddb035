"""Whatever the workflow and whatever happens: the rules that hold on every path."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from docflow.domain.acts import Approve, Start
from docflow.domain.advance import advance
from docflow.domain.case import Policy
from docflow.domain.jobs import ProcessState, Run
from docflow.domain.outcomes import Advance, HoldForReview, Reason, StageOutcome
from docflow.domain.routing import Router
from docflow.domain.stages import ProcessStatus
from docflow.domain.transition import Transition
from docflow.domain.workflow import Workflow
from docflow.domain.workflow_checks import Around, workflow_problems
from docflow.domain.workflow_steps import STEP_KINDS, StepType
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.unit.engine.cases import given, process, run
from tests.unit.workflows.made import SCHEMA, read, workflow

_AROUND = Around(SCHEMA, enable_hitl=True, plugins=frozenset(), action_faults=lambda _actions, _at: iter(()))
_AT_THE_DOOR = ["source == 'web'", "metadata.rank > 3", "metadata.missing == 1", "process_type_id == 'x'"]
_LATER = [*_AT_THE_DOOR, "total > 1000", "overall_confidence < 0.9", "seller.name == 'a'", "total / 0 > 1"]


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """Layers of steps of each type; ways lead forward alone, with conditions but for the last one."""
    listed = [
        (kind, f"{kind}{number}")
        for kind in StepType
        for number in range(draw(st.integers(0 if kind is StepType.REVIEW else 1, 3)))
    ]
    steps = []
    for place, (kind, name) in enumerate(listed):
        config: dict[str, Any] = {}
        if kind is StepType.REVIEW:
            config = draw(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "when": st.sampled_from(_LATER),
                        "again": st.booleans(),
                        "approvals": st.sampled_from([1, 2]),
                    },
                )
            )
        after = [to for to_kind, to in listed[place + 1 :] if to_kind in STEP_KINDS[kind].may_lead_to]
        made: dict[str, Any] = {"name": name, "type": kind.value, "config": config, "next": []}
        chosen = draw(st.lists(st.sampled_from(after), min_size=1, max_size=3)) if after else []
        conditions = _AT_THE_DOOR if kind is StepType.INGEST else _LATER
        for number, to in enumerate(chosen):
            last = number == len(chosen) - 1
            made["next"].append({"to": to} if last else {"to": to, "when": draw(st.sampled_from(conditions))})
        steps.append(made)
    return {"steps": steps}


class Walk:
    """One process in memory that goes through a workflow; stages that hold are drawn, people approve."""

    def __init__(self, flow: Workflow, state: ProcessState, holds: list[bool]) -> None:
        self.flow, self.state, self.holds = flow, state, list(holds)
        self.at_work: Run | None = None
        self.path: list[str] = []

    def to_the_end(self) -> list[str]:
        self._apply(advance(self.state, None, Start(), policy=Policy(self.flow), given=given()))
        for _ in range(4 * len(self.flow.steps)):
            if self.state.status.is_final:
                return self.path
            self._apply(self._next())
        raise AssertionError("it goes on and on")

    def _next(self) -> Transition:
        policy = Policy(self.flow)
        if self.state.status is ProcessStatus.HITL_REVIEW:
            return advance(self.state, None, Approve("u", self.path[-1]), policy=policy, given=given())
        assert self.at_work is not None
        return advance(self.state, self.at_work, self._outcome(self.at_work), policy=policy, given=given())

    def _outcome(self, at_work: Run) -> StageOutcome:
        if self.flow.is_review(at_work.step):
            return Router(self.flow, self.state).review(at_work.step)
        held = self.holds.pop() if self.holds else False
        return HoldForReview((Reason("confidence_low"),)) if held else Advance()

    def _apply(self, decided: Transition) -> None:
        self.at_work = None
        if decided.next_run:
            following = decided.next_run
            self.path.append(following.step)
            self.at_work = replace(run(following.stage), run_id=uuid4(), step=following.step)
        if decided.process:
            changed = decided.process
            self.state = replace(self.state, status=changed.status, current_stage=changed.current_stage)


def sent(total: str | None, rank: int) -> ProcessState:
    begun = process()
    return replace(
        begun,
        extraction_result=read(total).extraction_result,
        metadata={"rank": rank},
        ingestion_source="web",
    )


_SENT = st.builds(sent, st.sampled_from([None, "5", "5000"]), st.integers(0, 6))
_HOLDS = st.lists(st.booleans(), max_size=6)


@drawn(workflows(), _SENT, _HOLDS)
def test_every_process_ends_and_is_at_no_step_twice(
    written: dict[str, Any], state: ProcessState, holds: list[bool]
) -> None:
    path = Walk(workflow(written), state, holds).to_the_end()
    assert len(set(path)) == len(path)


@drawn(workflows(), _SENT, _HOLDS)
def test_no_stage_is_left_out_and_the_last_one_sends(
    written: dict[str, Any], state: ProcessState, holds: list[bool]
) -> None:
    flow = workflow(written)
    path = [flow.step(name).type for name in Walk(flow, state, holds).to_the_end()]
    assert {StepType.INGEST, StepType.OCR, StepType.PROCESS, StepType.OUTPUT} <= set(path)
    assert path == sorted(path, key=list(StepType).index)


@drawn(workflows(), _SENT, _HOLDS)
def test_the_same_process_goes_the_same_way(
    written: dict[str, Any], state: ProcessState, holds: list[bool]
) -> None:
    ways = [Walk(workflow(written), state, holds).to_the_end() for _ in range(2)]
    assert ways[0] == ways[1]


@drawn(workflows())
def test_of_such_workflows_publishing_tells_nothing_but_steps_that_no_way_leads_to(
    written: dict[str, Any],
) -> None:
    problems = list(workflow_problems(written, _AROUND))
    assert {problem.message for problem in problems} <= {"is reached on no path"}


@drawn(workflows())
def test_output_actions_of_different_steps_never_stand_in_one_place(written: dict[str, Any]) -> None:
    for number, one in enumerate(written["steps"]):
        if one["type"] == "output" and number % 2:
            one["config"] = {"actions": []}
    flow = workflow(written)
    own = [step.name for step in flow.steps if step.type is StepType.OUTPUT and step.config.actions == []]  # type: ignore[attr-defined]
    places = [flow.first_action(name) for name in own]
    assert len(set(places)) == len(places)
    assert all(place >= 20 for place in places)
