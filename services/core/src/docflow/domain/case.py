"""One process at the moment of a decision, and the parts that decisions are put together from."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from docflow.domain.announcing import Announcer, Subject
from docflow.domain.backoff import Backoff
from docflow.domain.ids import new_id
from docflow.domain.jobs import ProcessState, Run
from docflow.domain.json_types import JsonObject
from docflow.domain.messages import Message
from docflow.domain.notifying import notifications_of
from docflow.domain.outcomes import Changes
from docflow.domain.splitting import children_of
from docflow.domain.stages import AuditResult, ProcessStatus
from docflow.domain.transition import (
    ActionRow,
    Child,
    NextRun,
    ProcessChange,
    ReviewClosed,
    ReviewOpened,
    RunEnd,
    Transition,
)
from docflow.domain.workflow import FULL_PIPELINE, STATUS_ON_ENTRY, Workflow
from docflow.domain.workflow_steps import Step


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules that shape a decision. A run is dead after `max_failures` failures of the document's own."""

    workflow: Workflow = FULL_PIPELINE
    max_failures: int = 5
    backoff: Backoff = field(default_factory=Backoff)
    plugin_name: str | None = None
    public_url: str = ""
    sample_share: float = 0.0
    """0..1 of the processes that complete without a person are shown to one afterwards."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a decision takes from outside: the time, fresh ids and chance (0..1)."""

    now: datetime
    new_id: Callable[[], UUID] = new_id
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Case:
    """`run` is the open run; None where none is open."""

    process: ProcessState
    run: Run | None
    policy: Policy
    given: Given

    @property
    def say(self) -> Announcer:
        return Announcer(self.given.now, self.given.new_id, self.policy.public_url)

    @property
    def subject(self) -> Subject:
        process = self.process
        return Subject(
            process.client_id,
            process.process_id,
            process.external_id,
            process.process_type_id,
            self.policy.plugin_name,
            tuple({"process_id": str(child)} for child in children_of(process.classification_result)),
        )

    def entering(
        self,
        step: Step | None,
        results: Changes | None = None,
        *,
        reviewed: bool = False,
        reviewed_by: UUID | None = None,
    ) -> ProcessChange:
        """The process as it waits for `step`; None = it is complete."""
        status = STATUS_ON_ENTRY[step.stage] if step else ProcessStatus.COMPLETED
        stage = step.stage if step else self.process.current_stage
        return ProcessChange(status, stage, results=results or {}, reviewed=reviewed, reviewed_by=reviewed_by)

    def next_run(self, step: Step | None, *, traceparent: str | None = None) -> NextRun | None:
        if step is None:
            return None
        trace = self.run.traceparent if self.run else traceparent
        return NextRun(self.given.new_id(), step.stage, step.name, traceparent=trace)

    def finish_record(
        self, run: Run, result: AuditResult, told: JsonObject, error: str | None = None
    ) -> tuple[str, Message]:
        """The audit record of a run that ends, or goes back to be tried again."""
        return self.say.stage_audit(
            self.subject,
            stage=run.stage,
            run_id=run.run_id,
            attempt=run.attempt,
            result=result,
            payload={"step": run.step, **told},
            error_message=error,
        )

    def changed(
        self,
        change: ProcessChange,
        *,
        audit: tuple[str, Message],
        run: RunEnd | None = None,
        next_run: NextRun | None = None,
        review: ReviewOpened | None = None,
        review_closed: ReviewClosed | None = None,
        actions: tuple[ActionRow, ...] = (),
        also: tuple[str, ...] = (),
        children: tuple[Child, ...] = (),
        subject: Subject | None = None,
    ) -> Transition:
        """A transition of the process row with all that announces it; `also` names further webhook events.

        `subject` is who it is told of, where more is known of it than the process says.
        """
        subject = subject or self.subject
        return Transition(
            self.process.client_id,
            self.process.process_id,
            run=run,
            process=change,
            next_run=next_run,
            review=review,
            review_closed=review_closed,
            actions=actions,
            notices=notifications_of(change, self.given.new_id),
            webhooks=self.say.webhooks(subject, change.status, *also),
            messages=(audit, self.say.event(subject, change.status, change.current_stage)),
            children=children,
            ends_child_of=self.process.parent_process_id if change.status.is_final else None,
        )
