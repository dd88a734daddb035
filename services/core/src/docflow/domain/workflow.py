"""The steps that a process may go through, as its configuration has them. Which of them comes next is `routing.py`'s."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from docflow.domain.configuration import Configuration
from docflow.domain.errors import PermanentError
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.workflow_reading import read_workflow
from docflow.domain.workflow_steps import KIND_OF_STAGE, Edge, OutputConfig, Step, StepType

MAX_ACTIONS = 20
"""Of one step, and of a configuration."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """`output_schema` and `enable_hitl` are the configuration's: what conditions may ask, and whether people look."""

    steps: tuple[Step, ...]
    output_schema: JsonObject = field(default_factory=dict)
    enable_hitl: bool = True

    @property
    def first(self) -> Step:
        return self.steps[0]

    def step(self, name: str) -> Step:
        """Raises PermanentError `workflow_invalid`."""
        for step in self.steps:
            if step.name == name:
                return step
        raise PermanentError(f"the workflow has no step {name!r}", code="workflow_invalid")

    def has(self, name: str) -> bool:
        return any(step.name == name for step in self.steps)

    def is_review(self, name: str) -> bool:
        return any(step.name == name and step.type is StepType.REVIEW for step in self.steps)

    def at(self, stage: Stage, name: str | None = None, gone: Collection[str] = ()) -> Step:
        """The step of that stage and name; where it has none of that name, the first of the stage that the process went
        through (`gone`), or else the first."""
        here = [step for step in self.steps if step.stage is stage and step.type is not StepType.REVIEW]
        named = [step for step in self.steps if step.stage is stage and step.name == name]
        for step in (*named, *(step for step in here if step.name in gone), *here):
            return step
        raise PermanentError(f"the workflow has no step of stage {stage}", code="workflow_invalid")

    def configured(self, configuration: Configuration, name: str) -> Configuration:
        """The configuration as the step of that name sees it."""
        return self.step(name).config.applied_to(configuration)

    def first_action(self, name: str) -> int:
        """Where the output actions of a step stand among all of the process, so that none is carried out twice.

        Steps that use the configuration's own share the first places, whichever of them a process comes to.
        """
        own = [step.name for step in self.steps if _has_actions(step)]
        return MAX_ACTIONS * (1 + own.index(name)) if name in own else 0


def _has_actions(step: Step) -> bool:
    return isinstance(step.config, OutputConfig) and step.config.actions is not None


def _pipeline() -> tuple[Step, ...]:
    names = [stage.value.lower() for stage in Stage]
    following = [(Edge(name),) for name in names[1:]]
    ways: list[tuple[Edge, ...]] = [*following, ()]
    return tuple(
        Step(name, KIND_OF_STAGE[stage](), way) for name, stage, way in zip(names, Stage, ways, strict=True)
    )


FULL_PIPELINE = Workflow(_pipeline())

#: What a process shows while it waits for, or begins, a stage.
STATUS_ON_ENTRY = {
    Stage.INGEST: ProcessStatus.PENDING,
    Stage.INTELLIGENT_OCR: ProcessStatus.INGESTED,
    Stage.INTELLIGENT_PROCESS: ProcessStatus.VALIDATING,
    Stage.OUTPUT: ProcessStatus.VALIDATING,
}


def workflow_from(written: JsonObject) -> Workflow:
    """Read a configuration's `workflow`; nothing there = the full pipeline. Raises PermanentError `workflow_invalid`."""
    if not written.get("steps"):
        return FULL_PIPELINE
    read = read_workflow(written)
    if read.problems:
        raise PermanentError("a step of the workflow is not readable", code="workflow_invalid")
    return Workflow(read.steps)


def actions_of(written: JsonObject) -> tuple[Sequence[JsonObject], ...]:
    """The output actions of each step that has its own, as far as it can be read."""
    configs = [step.config for step in read_workflow(written).steps]
    return tuple(config.actions or () for config in configs if isinstance(config, OutputConfig))


def pinned_workflow(configuration: Configuration) -> Workflow:
    """That of a configuration, with what its conditions go by."""
    return replace(
        workflow_from(configuration.workflow),
        output_schema=configuration.output_schema,
        enable_hitl=configuration.enable_hitl,
    )
