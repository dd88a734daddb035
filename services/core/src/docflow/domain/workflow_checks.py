"""Whether a workflow can be published: every fault with its place. What passes ends for every process, by no stage left out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from docflow.domain.errors import Problem
from docflow.domain.expressions.expression import compiled
from docflow.domain.expressions.faults import ExpressionInvalid
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.llm_policy import policy_problems
from docflow.domain.stages import Stage
from docflow.domain.workflow_facts import names_behind
from docflow.domain.workflow_reading import read_workflow, unknown_parts
from docflow.domain.workflow_steps import (
    STEP_KINDS,
    OcrConfig,
    OutputConfig,
    ProcessConfig,
    ReviewConfig,
    Step,
    StepType,
)

ActionFaults = Callable[[Sequence[JsonValue], str], Iterator[Problem]]
"""What is wrong with output actions that stand at a place."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a workflow is checked against. `output_schema` is None where that one cannot be read itself."""

    output_schema: JsonObject | None
    enable_hitl: bool
    plugins: frozenset[str]
    action_faults: ActionFaults


def workflow_problems(written: JsonObject, around: Around) -> Iterator[Problem]:
    if not written:
        return
    yield from unknown_parts(written)
    read = read_workflow(written)
    yield from read.problems
    if read.problems or not read.steps:
        return
    plan = _Plan(read.steps, written["steps"])
    yield from plan.faults()
    for place, step in enumerate(read.steps):
        yield from _conditions(place, step, around)
        yield from _config_faults(step, f"/workflow/steps/{place}", around)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The steps as a graph. `written` tells which ways out were written down and which follow from the list."""

    steps: Sequence[Step]
    written: Sequence[JsonObject]

    def faults(self) -> Iterator[Problem]:
        if self.steps[0].type is not StepType.INGEST:
            yield Problem("/workflow/steps/0", "is an ingest step: every file is looked into first")
        unresolved = list(self._unresolved())
        yield from unresolved
        for place, step in enumerate(self.steps):
            yield from self._ways_out(place, step)
        if not unresolved:
            yield from self._turns()

    def _edge(self, place: int, number: int) -> str:
        at = f"/workflow/steps/{place}"
        return f"{at}/next/{number}" if "next" in self.written[place] else at

    def _place_of(self, name: str) -> int | None:
        return next((place for place, step in enumerate(self.steps) if step.name == name), None)

    def _unresolved(self) -> Iterator[Problem]:
        for place, step in enumerate(self.steps):
            for number, edge in enumerate(step.next):
                if self._place_of(edge.to) is None:
                    yield Problem(f"{self._edge(place, number)}/to", "names no step")

    def _ways_out(self, place: int, step: Step) -> Iterator[Problem]:
        ends, at = step.type is StepType.OUTPUT, f"/workflow/steps/{place}"
        if not step.next and not ends:
            yield Problem(at, "ends a path that has come to no output step")
        for number, edge in enumerate(step.next):
            last = number == len(step.next) - 1
            if last and edge.when is not None and not ends:
                told = "the last way out has no condition, so that every process goes on"
                yield Problem(f"{self._edge(place, number)}/when", told)
            if not last and edge.when is None:
                yield Problem(
                    self._edge(place, number + 1),
                    "stands behind a way without condition, which is always taken",
                )
            yield from self._leap(step, edge.to, self._edge(place, number))

    def _leap(self, step: Step, name: str, at: str) -> Iterator[Problem]:
        to = self._place_of(name)
        if to is None:
            return
        allowed = STEP_KINDS[step.type].may_lead_to
        if self.steps[to].type not in allowed:
            words = ", ".join(kind for kind in StepType if kind in allowed)
            yield Problem(
                at, f"leads from {step.type} to {self.steps[to].type}; a way out of it leads to {words}"
            )

    def _turns(self) -> Iterator[Problem]:
        """Ways that lead round in a circle, and steps that no way leads to."""
        done: set[int] = set()
        for place, number in self._circles(0, [], done):
            yield Problem(self._edge(place, number), "leads back to a step that comes before it")
        for place in range(len(self.steps)):
            if place not in done:
                yield Problem(f"/workflow/steps/{place}", "is reached on no path")

    def _circles(self, place: int, path: list[int], done: set[int]) -> Iterator[tuple[int, int]]:
        done.add(place)
        path.append(place)
        for number, edge in enumerate(self.steps[place].next):
            to = self._place_of(edge.to)
            if to in path:
                yield place, number
            elif to is not None and to not in done:
                yield from self._circles(to, path, done)
        path.pop()


def _conditions(place: int, step: Step, around: Around) -> Iterator[Problem]:
    found = [
        (f"/workflow/steps/{place}/next/{number}/when", edge.when, step.stage)
        for number, edge in enumerate(step.next)
        if edge.when is not None
    ]
    if isinstance(step.config, ReviewConfig) and step.config.when is not None:
        found.append((f"/workflow/steps/{place}/config/when", step.config.when, step.stage))
    for at, condition, stage in found:
        told = condition_fault(condition, stage, around.output_schema)
        if told:
            yield Problem(at, told)


def condition_fault(condition: str, behind: Stage, output_schema: JsonObject | None) -> str | None:
    """Why it cannot be asked once that stage is done; None when it can."""
    try:
        expression = compiled(condition)
        if expression.searches:
            return "patterns are not searched for in conditions of a workflow"
        if output_schema is not None:
            expression.check(names_behind(behind, output_schema))
    except ExpressionInvalid as error:
        return f"the condition {error}"
    return None


def _config_faults(step: Step, at: str, around: Around) -> Iterator[Problem]:
    match step.config:
        case OcrConfig(llm_policy=policy) if policy is not None:
            for problem in policy_problems(policy):
                yield Problem(f"{at}/config{problem.pointer}", problem.message)
        case ProcessConfig(plugin_name=name) if name is not None and name not in around.plugins:
            yield Problem(f"{at}/config/plugin_name", "is not installed")
        case ReviewConfig() if not around.enable_hitl:
            yield Problem(f"{at}/type", "asks for a person, and enable_hitl is off")
        case OutputConfig(actions=actions) if actions is not None:
            yield from around.action_faults(actions, f"{at}/config/actions")
        case _:
            return
