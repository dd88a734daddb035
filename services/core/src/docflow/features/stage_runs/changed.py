from dataclasses import dataclass
from uuid import UUID

from docflow.domain.jobs import ProcessState
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.transition import Transition

Hints = tuple[tuple[Stage, UUID], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A process after an act. Hand `hints` to the transport once the transaction has committed."""

    process_id: UUID
    status: ProcessStatus
    current_stage: Stage
    version: int
    hints: Hints = ()


def hints_of(transition: Transition) -> Hints:
    """The runs that wait after it; of the process it was split from one may."""
    following = (transition.next_run, *(child.started.next_run for child in transition.children))
    hints = tuple((run.stage, run.run_id) for run in following if run is not None)
    parent = transition.ends_child_of
    return (*hints, (Stage.INTELLIGENT_OCR, parent)) if parent else hints


def changed_by(transition: Transition, before: ProcessState, version: int) -> Changed:
    change = transition.process
    return Changed(
        transition.process_id,
        change.status if change else before.status,
        change.current_stage if change else before.current_stage,
        version,
        hints_of(transition),
    )
