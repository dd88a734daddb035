"""What people do to a process, and what follows from it. `advance` takes these beside the outcomes of stages."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from docflow.domain.case import Case
from docflow.domain.errors import Conflict, Problem, UserError
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.messages import Message
from docflow.domain.outcomes import Changes
from docflow.domain.routing import Router
from docflow.domain.splitting import is_split
from docflow.domain.stages import ProcessStatus, RunStatus, Stage
from docflow.domain.transition import Decision, ProcessChange, ReviewClosed, RunEnd, Transition
from docflow.domain.workflow_steps import Step


@dataclass(frozen=True, slots=True)
class Start:
    """The process was accepted; its first run begins, within the caller's trace."""

    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """Go again from a step or a stage; neither = the step it stopped at, `stopped_step`.

    `gone` names the steps it went through: no other can be gone back to.
    """

    by: str
    from_stage: Stage | None = None
    stopped_step: str | None = None
    from_step: str | None = None
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Approve:
    """`held_step` is the step that held; `corrected` names fields, `known` the codes of errors that stand all the same."""

    by: str
    held_step: str
    user_id: UUID | None = None
    reason: str = ""
    corrected: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    by: str
    user_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SendBack:
    """Read it again: a new run of INTELLIGENT_OCR."""

    by: str
    user_id: UUID | None = None
    reason: str = ""
    gone: frozenset[str] = frozenset()
    """The steps it went through: the one that read it reads it again."""


@dataclass(frozen=True, slots=True)
class GiveType:
    """Read it as another type: a new run of INTELLIGENT_OCR under the type and configuration in `results`."""

    by: str
    decision: Decision
    results: Changes
    user_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SplitUp:
    """Cut it as decided: a new run of INTELLIGENT_OCR. `results` carry the decision, `cuts` are told to the audit."""

    by: str
    cuts: JsonObject
    results: Changes
    user_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeepWhole:
    """Every file is one document: the step that held is done again, knowing it."""

    by: str
    held_step: str
    results: Changes
    user_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resume:
    """A process that was split waits for its children (again), or with none at work goes on to gather them."""

    by: str
    children_at_work: bool


Act = Start | Cancel | Replay | Approve | Reject | SendBack | GiveType | SplitUp | KeepWhole | Resume


def carried_out(case: Case, act: Act) -> Transition:
    """What follows from the act. Raises Conflict where the state does not allow it."""
    match act:
        case Start():
            return _started(case, act)
        case Cancel():
            return _cancelled(case, act)
        case Replay():
            return _replayed(case, act)
        case Approve():
            return _approved(case, act)
        case Reject():
            return _rejected(case, act)
        case SendBack():
            return _sent_back(case, act)
        case GiveType():
            return _given_type(case, act)
        case SplitUp():
            return _split_up(case, act)
        case KeepWhole():
            return _kept_whole(case, act)
        case Resume():
            return _resumed(case, act)
        case _:
            assert_never(act)


def _started(case: Case, act: Start) -> Transition:
    process = case.process
    if process.status is not ProcessStatus.PENDING or case.run is not None:
        raise Conflict("the process has begun already")
    first = case.policy.workflow.first
    # A workflow may begin behind INGEST.
    moved = ProcessChange(process.status, first.stage) if first.stage is not process.current_stage else None
    return Transition(
        process.client_id,
        process.process_id,
        process=moved,
        next_run=case.next_run(first, traceparent=act.traceparent),
        webhooks=case.say.webhooks(case.subject, process.status, "process.received"),
        messages=(case.say.event(case.subject, process.status, first.stage),),
    )


def _cancelled(case: Case, act: Cancel) -> Transition:
    status = case.process.status
    if status.is_final:
        raise Conflict(f"the process is {status} already")
    return case.changed(
        _ended(case, "cancelled", act.reason),
        run=_stopped_run(case),
        review_closed=ReviewClosed(act.by) if status is ProcessStatus.HITL_REVIEW else None,
        audit=_record(case, "cancelled", act.by),
    )


def _replayed(case: Case, act: Replay) -> Transition:
    process = case.process
    if process.status not in (ProcessStatus.FAILED, ProcessStatus.CANCELLED):
        raise Conflict(f"a process that is {process.status} cannot be tried again")
    step = _replayed_from(case, act)
    return case.changed(
        case.entering(step),
        next_run=case.next_run(step),
        audit=_record(case, "retried", act.by, {"from_stage": step.stage.value, "from_step": step.name}),
    )


def _replayed_from(case: Case, act: Replay) -> Step:
    workflow = case.policy.workflow
    if act.from_step is not None:
        if not workflow.has(act.from_step):
            raise UserError("the workflow has no such step", problems=[_wrong("from_step", "names no step")])
        if act.from_step not in act.gone:
            raise UserError("the process has not been at that step")
        return workflow.step(act.from_step)
    stage = act.from_stage or case.process.current_stage
    order = list(Stage)
    if order.index(stage) > order.index(case.process.current_stage):
        raise UserError(f"the process has not reached {stage}")
    return workflow.at(stage, None if act.from_stage else act.stopped_step, act.gone)


def _wrong(name: str, told: str) -> Problem:
    return Problem(f"/query/{name}", told)


def _approved(case: Case, act: Approve) -> Transition:
    _refuse_unless_held(case)
    step = Router(case.policy.workflow, case.process).after_approval(act.held_step)
    told: dict[str, JsonValue] = {"corrected": sorted(act.corrected)}
    if act.known:
        told["over_errors"] = sorted(act.known)
    return _goes_on(case, act, step, Decision.APPROVE, _record(case, "approved", act.by, told))


def _rejected(case: Case, act: Reject) -> Transition:
    _refuse_unless_held(case)
    return case.changed(
        _ended(case, "rejected", act.reason, reviewed=True, reviewed_by=act.user_id),
        review_closed=ReviewClosed(act.by, Decision.REJECT, act.reason),
        audit=_record(case, "rejected", act.by),
        also=("process.reviewed",),
    )


def _sent_back(case: Case, act: SendBack) -> Transition:
    _refuse_unless_held(case)
    step = case.policy.workflow.at(Stage.INTELLIGENT_OCR, gone=act.gone)
    return _goes_on(case, act, step, Decision.SEND_BACK, _record(case, "sent_back", act.by))


def _given_type(case: Case, act: GiveType) -> Transition:
    _refuse_unless_held(case)
    step = case.policy.workflow.at(Stage.INTELLIGENT_OCR)
    told = {"before": case.process.process_type_id, "after": act.results["process_type_id"]}
    record = _record(case, "type_given", act.by, told)
    return _goes_on(case, act, step, act.decision, record, results=act.results)


def _split_up(case: Case, act: SplitUp) -> Transition:
    _refuse_unless_held(case)
    step = case.policy.workflow.at(Stage.INTELLIGENT_OCR)
    record = _record(case, "split_decided", act.by, {"cuts": dict(act.cuts)})
    return _goes_on(case, act, step, Decision.SPLIT, record, results=act.results)


def _kept_whole(case: Case, act: KeepWhole) -> Transition:
    _refuse_unless_held(case)
    step = case.policy.workflow.at(case.process.current_stage, act.held_step)
    record = _record(case, "kept_whole", act.by)
    return _goes_on(case, act, step, Decision.SPLIT, record, results=act.results)


def _goes_on(
    case: Case,
    act: Approve | SendBack | GiveType | SplitUp | KeepWhole,
    step: Step | None,
    decision: Decision,
    record: tuple[str, Message],
    *,
    results: Changes | None = None,
) -> Transition:
    """The review is decided, and the process is at the step that follows from it; None = it is complete."""
    return case.changed(
        case.entering(step, results, reviewed=True, reviewed_by=act.user_id),
        next_run=case.next_run(step),
        review_closed=ReviewClosed(act.by, decision, act.reason),
        audit=record,
        also=("process.reviewed",),
    )


def _resumed(case: Case, act: Resume) -> Transition:
    process = case.process
    waits = process.status is ProcessStatus.CLASSIFYING and case.run is None
    if not is_split(process.classification_result) or process.status is ProcessStatus.COMPLETED or waits:
        raise Conflict(f"a process that is {process.status} does not wait for others again")
    step = case.policy.workflow.at(Stage.INTELLIGENT_OCR, case.run.step if case.run else None)
    return case.changed(
        ProcessChange(ProcessStatus.CLASSIFYING, step.stage),
        run=_stopped_run(case),
        next_run=None if act.children_at_work else case.next_run(step),
        audit=_record(case, "resumed", act.by),
    )


def _refuse_unless_held(case: Case) -> None:
    if case.process.status is not ProcessStatus.HITL_REVIEW:
        raise Conflict(f"a process that is {case.process.status} waits for no decision")


def _ended(
    case: Case, code: str, reason: str, *, reviewed: bool = False, reviewed_by: UUID | None = None
) -> ProcessChange:
    """Cancelled, with the reason a person gave where `error` is shown."""
    return ProcessChange(
        ProcessStatus.CANCELLED,
        case.process.current_stage,
        error_code=code,
        error_message=reason or code,
        reviewed=reviewed,
        reviewed_by=reviewed_by,
    )


def _stopped_run(case: Case) -> RunEnd | None:
    run = case.run
    if run is None:
        return None
    return RunEnd(run.run_id, run.attempt, RunStatus.CANCELLED, run.failures, error_code="cancelled")


def _record(case: Case, action: str, by: str, payload: JsonObject | None = None) -> tuple[str, Message]:
    return case.say.act_audit(case.subject, action=action, by=by, payload=payload or {})
