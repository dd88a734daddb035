"""A process that becomes several, and what becomes of it once those have ended."""

from collections.abc import Sequence
from dataclasses import replace

from docflow.domain.acts import Start, carried_out
from docflow.domain.case import Case
from docflow.domain.jobs import ProcessState, Run
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Fail, Gathered, Split
from docflow.domain.splitting import ChildState, Part, with_children
from docflow.domain.stages import AuditResult, ProcessStatus, RunStatus
from docflow.domain.transition import Child, ProcessChange, RunEnd, Transition
from docflow.domain.workflow import FULL_PIPELINE


def split_up(case: Case, run: Run, outcome: Split) -> Transition:
    """The children, each with its first run, and this process waiting for them with no run of its own."""
    before = outcome.changes.get("classification_result") or case.process.classification_result
    results = {**outcome.changes, "classification_result": with_children(before, outcome.parts)}
    told = {
        "outcome": "split",
        "children": [
            {"process_id": str(p.process_id), "document_id": str(p.cut_from), "pages": [p.first, p.last]}
            for p in outcome.parts
        ],
    }
    return case.changed(
        ProcessChange(ProcessStatus.CLASSIFYING, run.stage, results=results),
        run=_done(run),
        children=tuple(
            _child(case, run, part, position, type_left_open=outcome.type_left_open)
            for position, part in enumerate(outcome.parts)
        ),
        audit=case.finish_record(run, AuditResult.SUCCESS, told),
    )


def _child(case: Case, run: Run, part: Part, position: int, *, type_left_open: bool) -> Child:
    parent = case.process
    workflow = FULL_PIPELINE if type_left_open else case.policy.workflow
    process = ProcessState(
        process_id=part.process_id,
        client_id=parent.client_id,
        process_type_id=None if type_left_open else parent.process_type_id,
        config_version=None if type_left_open else parent.config_version,
        status=ProcessStatus.PENDING,
        current_stage=workflow.first.stage,
        version=1,
        external_id=None,
        metadata=parent.metadata,
        classification_result=None,
        extraction_result=None,
        validation_result=None,
        final_output=None,
        overall_confidence=None,
        callback_url=None,
        created_at=case.given.now,
        parent_process_id=parent.process_id,
    )
    own = Case(process, None, replace(case.policy, workflow=workflow), case.given)
    return Child(
        process.process_id,
        process.process_type_id,
        process.config_version,
        process.current_stage,
        position,
        part,
        carried_out(own, Start(run.traceparent)),
    )


def gathered(case: Case, run: Run, outcome: Gathered) -> Transition:
    """Failed where a child failed; completed where one is; else they were all cancelled, and so is this one."""
    children = outcome.children
    told = {"outcome": "gathered", "children": [child.as_json() for child in children]}
    status = _status(children)
    failed = status is ProcessStatus.FAILED
    why = _why(children, status)
    return case.changed(
        ProcessChange(
            status,
            run.stage,
            error_code=why.code if why else None,
            error_message=why.message if why else None,
            results={"final_output": _output(case.process, children)},
        ),
        run=_done(run),
        audit=case.finish_record(run, AuditResult.ERRORS if failed else AuditResult.SUCCESS, told),
        subject=replace(case.subject, children=tuple(child.as_json() for child in children)),
    )


def _status(children: Sequence[ChildState]) -> ProcessStatus:
    found = {child.status for child in children}
    for status in (ProcessStatus.FAILED, ProcessStatus.COMPLETED):
        if status in found:
            return status
    return ProcessStatus.CANCELLED


def _why(children: Sequence[ChildState], status: ProcessStatus) -> Fail | None:
    """What is shown as its error; None of one that is complete."""
    count = sum(child.status is status for child in children)
    told = f"of {len(children)} processes that were split from it {count} are {status}"
    match status:
        case ProcessStatus.FAILED:
            return Fail("child_failed", told)
        case ProcessStatus.CANCELLED:
            return Fail("cancelled", told)
        case _:
            return None


def _output(process: ProcessState, children: Sequence[ChildState]) -> JsonObject:
    """The result of a process that has no values of its own."""
    return {
        "fields": {},
        "tables": {},
        "documents": [],
        "data": {},
        "validation": None,
        "classification": process.classification_result,
        "children": [child.as_json() for child in children],
    }


def _done(run: Run) -> RunEnd:
    return RunEnd(run.run_id, run.attempt, RunStatus.DONE, run.failures)
