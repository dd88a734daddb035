"""The steps a process goes through, as its configuration lists them."""

from dataclasses import dataclass

from docflow.domain.errors import PermanentError
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import ProcessStatus, Stage


@dataclass(frozen=True, slots=True)
class Step:
    """One place in a workflow; `name` is unique in it and kept in the run's `step`."""

    name: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class Workflow:
    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        return self.steps[0]

    def after(self, name: str) -> Step | None:
        """The step behind the one of that name; None at the end."""
        places = [step.name for step in self.steps]
        if name not in places:
            raise PermanentError(f"the workflow has no step {name!r}", code="workflow_invalid")
        following = self.steps[places.index(name) + 1 :]
        return following[0] if following else None

    def at(self, stage: Stage, name: str | None = None) -> Step:
        """The step of that stage and name; the first of the stage where it has none of that name."""
        for step in self.steps:
            if step.stage is stage and step.name == name:
                return step
        for step in self.steps:
            if step.stage is stage:
                return step
        raise PermanentError(f"the workflow has no step of stage {stage}", code="workflow_invalid")


FULL_PIPELINE = Workflow(tuple(Step(stage.value.lower(), stage) for stage in Stage))

#: What a process shows while it waits for, or begins, a stage.
STATUS_ON_ENTRY = {
    Stage.INGEST: ProcessStatus.PENDING,
    Stage.INTELLIGENT_OCR: ProcessStatus.INGESTED,
    Stage.INTELLIGENT_PROCESS: ProcessStatus.VALIDATING,
    Stage.OUTPUT: ProcessStatus.VALIDATING,
}


def workflow_from(data: JsonObject) -> Workflow:
    """Read a configuration's `workflow`: {"steps": [{"name", "stage"}, ...]}; nothing there = the full pipeline."""
    listed = data.get("steps") or ()
    if not listed:
        return FULL_PIPELINE
    try:
        steps = tuple(Step(str(item["name"]), Stage(item["stage"])) for item in listed)
    except (KeyError, TypeError, ValueError) as error:
        raise PermanentError("a step of the workflow is not readable", code="workflow_invalid") from error
    if len({step.name for step in steps}) != len(steps):
        raise PermanentError("two steps of the workflow have one name", code="workflow_invalid")
    return Workflow(steps)
