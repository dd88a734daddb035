"""Which step comes next: the first way out of a step whose condition holds.

A condition that cannot be answered (it fails, costs too much, or asks for a value that was not read) is never passed over in
silence: a person looks. Once one has, it counts as not holding.
"""

from collections.abc import Mapping

from docflow.domain.expressions.expression import MAX_STEPS, Budget, compiled
from docflow.domain.expressions.faults import ExpressionFailed, ExpressionInvalid
from docflow.domain.jobs import ProcessState
from docflow.domain.json_types import JsonValue
from docflow.domain.outcomes import Advance, Fail, HoldForReview, Reason, StageOutcome
from docflow.domain.workflow import Workflow
from docflow.domain.workflow_facts import ProcessFacts
from docflow.domain.workflow_steps import ReviewConfig, Step

CONDITION_FAILED = "workflow_condition_failed"
REVIEW_ASKED = "workflow_review"


class Undecided(Exception):
    """A condition could not be answered."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.reason = Reason(CONDITION_FAILED, None, told)


class Router:
    """Finds the way of one process through its workflow. `changes` are columns that change with the decision."""

    def __init__(
        self, workflow: Workflow, process: ProcessState, changes: Mapping[str, JsonValue] | None = None
    ) -> None:
        self._workflow = workflow
        self._facts = ProcessFacts(process, changes or {}, workflow.output_schema)
        self._budget = Budget(MAX_STEPS)

    def after(self, name: str) -> Step | None:
        """The step behind the one of that name; None = the process is complete.

        Raises Undecided, and PermanentError `workflow_invalid` for a step that the workflow lacks.
        """
        return self._following(name, looked=False)

    def after_approval(self, name: str) -> Step | None:
        """The same once a person has approved at that step.

        Review steps that come at once and ask for no more than one approval have it by that, unless they ask again, or the
        step was a review itself: reviews that follow each other are each meant.
        """
        step = self._following(name, looked=True)
        if isinstance(self._workflow.step(name).config, ReviewConfig):
            return step
        while step is not None and _has_enough(step):
            step = self._following(step.name, looked=True)
        return step

    def review(self, name: str) -> StageOutcome:
        """What becomes of a process that comes to a review step."""
        config = self._workflow.step(name).config
        assert isinstance(config, ReviewConfig)
        try:
            asked = config.when is None or self._answer(config.when, f"{name}: its condition")
            reason = Reason(REVIEW_ASKED, None, config.message or f"the workflow asks for a person at {name}")
        except Undecided as undecided:
            asked, reason = True, undecided.reason
        if not asked:
            return Advance()
        if not self._workflow.enable_hitl:
            return nobody_looks(reason)
        return HoldForReview((reason,), priority=config.priority, approvals_required=config.approvals)

    def _following(self, name: str, *, looked: bool) -> Step | None:
        for edge in self._workflow.step(name).next:
            try:
                taken = edge.when is None or self._answer(
                    edge.when, f"{name}: the condition of the way to {edge.to}"
                )
            except Undecided:
                if not looked:
                    raise
                taken = False
            if taken:
                return self._workflow.step(edge.to)
        return None

    def _answer(self, condition: str, told: str) -> bool:
        try:
            answer = compiled(condition).holds(self._facts, budget=self._budget)
        except (ExpressionFailed, ExpressionInvalid) as error:
            raise Undecided(f"{told} could not be answered: {error}") from error
        if answer is None:
            raise Undecided(f"{told} asks for a value that was not read")
        return answer


def nobody_looks(reason: Reason) -> Fail:
    return Fail(
        "review_disabled", "a person would have to look, and review is switched off", reasons=(reason,)
    )


def _has_enough(step: Step) -> bool:
    config = step.config
    return isinstance(config, ReviewConfig) and config.approvals == 1 and not config.again
