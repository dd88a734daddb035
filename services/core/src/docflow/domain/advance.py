"""What happens next to a process: one pure function that stages' outcomes and people's acts go through.

Together with `workflow.py` and `routing.py` it answers every question about the order of stages and statuses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from docflow.domain.acts import (
    Act,
    Approve,
    Cancel,
    GiveType,
    KeepWhole,
    Reject,
    Replay,
    Resume,
    SendBack,
    SplitUp,
    Start,
    carried_out,
)
from docflow.domain.case import Case, Given, Policy
from docflow.domain.errors import Conflict
from docflow.domain.families import gathered, split_up
from docflow.domain.jobs import ProcessState, Run
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import (
    Advance,
    Fail,
    Finding,
    Gathered,
    HoldForReview,
    Reason,
    RetryLater,
    Split,
    StageOutcome,
)
from docflow.domain.routing import Router, Undecided, nobody_looks
from docflow.domain.sampling import is_sampled
from docflow.domain.stages import AuditResult, ProcessStatus, RunStatus, Severity
from docflow.domain.transition import ActionRow, ProcessChange, ReviewOpened, RunEnd, SampleOpened, Transition


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A stage ran past its own deadline of `deadline_s` seconds."""

    deadline_s: float


def advance(
    process: ProcessState,
    run: Run | None,
    happened: StageOutcome | TimedOut | Act,
    *,
    policy: Policy,
    given: Given,
) -> Transition:
    """Decide what changes. `run` is the open run; None where none is open.

    Raises Conflict (`state_conflict`) where the state does not allow what happened, UserError for a stage that
    the process has not reached, PermanentError `workflow_invalid` for a run outside its workflow.
    """
    case = Case(process, run, policy, given)
    match happened:
        case (
            Start()
            | Cancel()
            | Replay()
            | Approve()
            | Reject()
            | SendBack()
            | GiveType()
            | SplitUp()
            | KeepWhole()
            | Resume()
        ):
            return carried_out(case, happened)
        case _:
            return _finished(case, _open_run(case), happened)


def _open_run(case: Case) -> Run:
    status = case.process.status
    if case.run is None or status.is_final or status is ProcessStatus.HITL_REVIEW:
        raise Conflict("no run of this process is open")
    return case.run


def _finished(case: Case, run: Run, outcome: StageOutcome | TimedOut) -> Transition:
    match outcome:
        case Advance():
            return _advanced(case, run, outcome)
        case HoldForReview():
            return _held(case, run, outcome)
        case RetryLater():
            return _again(case, run, outcome)
        case TimedOut(deadline_s):
            return _again(case, run, RetryLater("timeout", f"the stage took longer than {deadline_s:g} s"))
        case Fail():
            return _failed(case, run, outcome, told="failed", failures=run.failures)
        case Split():
            return split_up(case, run, outcome)
        case Gathered():
            return gathered(case, run, outcome)
        case _:
            assert_never(outcome)


def _advanced(case: Case, run: Run, outcome: Advance) -> Transition:
    try:
        step = Router(case.policy.workflow, case.process, outcome.changes).after(run.step)
    except Undecided as undecided:
        return _undecided(case, run, outcome, undecided.reason)
    doubtful = any(finding.severity is Severity.ERROR for finding in outcome.findings)
    result = AuditResult.ERRORS if doubtful else AuditResult.SUCCESS
    told = {"outcome": "done", "findings": _listed(outcome.findings)}
    advanced = case.changed(
        case.entering(step, outcome.changes),
        run=RunEnd(run.run_id, run.attempt, RunStatus.DONE, run.failures),
        next_run=case.next_run(step),
        actions=_actions(case, run, outcome.actions),
        audit=case.finish_record(run, result, told),
    )
    # What may still be held or refused is nobody's history yet.
    return advanced if step else replace(advanced, counted=outcome.counted, sample=_sample(case, run))


def _sample(case: Case, run: Run) -> SampleOpened | None:
    share = case.policy.sample_share
    if not is_sampled(case.process.process_id, share):
        return None
    return SampleOpened(case.given.new_id(), run.stage, share)


def _undecided(case: Case, run: Run, outcome: Advance, reason: Reason) -> Transition:
    """The stage did its work, and where the process goes from there is a person's to say."""
    if not case.policy.workflow.enable_hitl:
        failure = replace(nobody_looks(reason), changes=outcome.changes)
        return _failed(case, run, failure, told="failed", failures=run.failures)
    held = HoldForReview((reason,), outcome.changes, outcome.findings)
    return replace(_held(case, run, held), actions=_actions(case, run, outcome.actions))


def _held(case: Case, run: Run, outcome: HoldForReview) -> Transition:
    change = ProcessChange(
        ProcessStatus.HITL_REVIEW, run.stage, review_reasons=outcome.reasons, results=outcome.changes
    )
    told = {"outcome": "held", "reasons": _listed(outcome.reasons), "findings": _listed(outcome.findings)}
    return case.changed(
        change,
        run=RunEnd(run.run_id, run.attempt, RunStatus.DONE, run.failures),
        review=ReviewOpened(
            case.given.new_id(), run.stage, outcome.reasons, outcome.priority, outcome.approvals_required
        ),
        audit=case.finish_record(run, AuditResult.ERRORS, told),
    )


def _again(case: Case, run: Run, outcome: RetryLater) -> Transition:
    """The same run, ready again later; dead once the document has failed too often."""
    failures = run.failures + outcome.counts
    if outcome.counts and failures >= case.policy.max_failures:
        return _failed(case, run, Fail(outcome.code, outcome.message), told="dead", failures=failures)
    tries = failures if outcome.counts else run.attempt
    wait_s = case.policy.backoff.delay_s(tries, case.given.chance, after_s=outcome.after_s)
    told = {"outcome": "retried", "code": outcome.code, "counted": outcome.counts, "failures": failures}
    return Transition(
        case.process.client_id,
        case.process.process_id,
        run=RunEnd(
            run.run_id,
            run.attempt,
            RunStatus.READY,
            failures,
            after_s=wait_s,
            error_code=outcome.code,
            error_message=outcome.message,
        ),
        messages=(case.finish_record(run, AuditResult.ERRORS, told, outcome.message or outcome.code),),
    )


def _failed(case: Case, run: Run, failure: Fail, *, told: str, failures: int) -> Transition:
    message = failure.message or failure.code
    change = ProcessChange(
        ProcessStatus.FAILED,
        run.stage,
        error_code=failure.code,
        error_message=message,
        review_reasons=failure.reasons,
        results=failure.changes,
    )
    payload = {"outcome": told, "code": failure.code, "reasons": _listed(failure.reasons)}
    return case.changed(
        change,
        run=RunEnd(
            run.run_id,
            run.attempt,
            RunStatus.FAILED,
            failures,
            error_code=failure.code,
            error_message=message,
        ),
        audit=case.finish_record(run, AuditResult.FAILED, payload, message),
    )


def _listed(items: Sequence[Reason | Finding]) -> list[JsonObject]:
    """Codes and field names alone: an audit record holds no message that could carry a value."""
    return [{"code": item.code, "field": item.field} for item in items]


def _actions(case: Case, run: Run, actions: Sequence[JsonObject]) -> tuple[ActionRow, ...]:
    if not actions:
        return ()
    first = case.policy.workflow.first_action(run.step)
    return tuple(
        ActionRow(
            case.given.new_id(),
            position,
            str(action["action_type"]),
            action.get("target_config", {}),
            action.get("max_retries"),
        )
        for position, action in enumerate(actions, first)
    )
