"""The kinds of steps that a workflow is made of. The set is closed: each kind is one small class here.

A kind says which stage does its work, what its `config` may hold (the portal makes its forms from that schema) and how the
configuration looks to the stage while it works on such a step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from docflow.domain.configuration import Configuration
from docflow.domain.stages import Stage


class StepType(StrEnum):
    INGEST = "ingest"
    OCR = "ocr"
    PROCESS = "process"
    REVIEW = "review"
    OUTPUT = "output"


class StepConfig(BaseModel):
    """What a step of one kind may be told. Whatever is left out is as the configuration says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ClassVar[StepType]
    stage: ClassVar[Stage]
    title: ClassVar[str]
    may_lead_to: ClassVar[frozenset[StepType]]
    """So that no path goes by a file that was not looked into, or a result that was not checked."""

    def applied_to(self, configuration: Configuration) -> Configuration:
        """The configuration as the step sees it."""
        return configuration


class IngestConfig(StepConfig):
    """Looks into every file, and refuses what cannot be read or is over a limit."""

    type = StepType.INGEST
    stage = Stage.INGEST
    title = "Take in"
    may_lead_to = frozenset({StepType.INGEST, StepType.OCR})


class OcrConfig(StepConfig):
    """Reads the pages, finds the type and the fields."""

    type = StepType.OCR
    stage = Stage.INTELLIGENT_OCR
    title = "Read"
    may_lead_to = frozenset({StepType.OCR, StepType.PROCESS})

    llm_policy: dict[str, Any] | None = Field(
        default=None, description="Stands for the configuration's own while this step reads."
    )

    def applied_to(self, configuration: Configuration) -> Configuration:
        return (
            configuration if self.llm_policy is None else replace(configuration, llm_policy=self.llm_policy)
        )


class ProcessConfig(StepConfig):
    """Checks what was read, and holds what is doubtful."""

    type = StepType.PROCESS
    stage = Stage.INTELLIGENT_PROCESS
    title = "Check"
    may_lead_to = frozenset({StepType.PROCESS, StepType.REVIEW, StepType.OUTPUT})

    confidence_threshold: Annotated[float, Field(strict=True, ge=0, le=1)] | None = Field(
        default=None, description="0..1; stands for the configuration's own in this step."
    )
    plugin_name: StrictStr | None = Field(
        default=None,
        description="Enriches and validates in this step instead of the configuration's own plugin.",
    )

    def applied_to(self, configuration: Configuration) -> Configuration:
        given = {name: value for name, value in self.model_dump().items() if value is not None}
        return replace(configuration, **given)


class ReviewConfig(StepConfig):
    """Waits for a person, always or where its condition holds."""

    type = StepType.REVIEW
    stage = Stage.INTELLIGENT_PROCESS
    title = "Review"
    may_lead_to = frozenset({StepType.PROCESS, StepType.REVIEW, StepType.OUTPUT})

    when: StrictStr | None = Field(
        default=None, description="A condition; left out = every process waits here."
    )
    approvals: Annotated[StrictInt, Field(ge=1, le=5)] = Field(
        default=1, description="How many different people must approve."
    )
    priority: Annotated[StrictInt, Field(ge=0, le=100)] = Field(
        default=0, description="The higher, the further ahead in the queue."
    )
    message: Annotated[StrictStr, Field(max_length=200)] | None = Field(
        default=None, description="What the reviewer is told."
    )
    again: StrictBool = Field(
        default=False,
        description="Ask also where a person has just approved the step before this one, and one approval is enough.",
    )


class OutputConfig(StepConfig):
    """Makes the result final and hands it to output actions."""

    type = StepType.OUTPUT
    stage = Stage.OUTPUT
    title = "Send on"
    may_lead_to = frozenset({StepType.OUTPUT})

    actions: list[dict[str, Any]] | None = Field(
        default=None,
        description="Output actions of this step; left out = the configuration's `output_actions`.",
    )

    def applied_to(self, configuration: Configuration) -> Configuration:
        if self.actions is None:
            return configuration
        return replace(configuration, output_actions=tuple(self.actions))


STEP_KINDS: Mapping[StepType, type[StepConfig]] = {
    kind.type: kind for kind in (IngestConfig, OcrConfig, ProcessConfig, ReviewConfig, OutputConfig)
}

#: A step that names its stage alone is of this kind.
KIND_OF_STAGE: Mapping[Stage, type[StepConfig]] = {
    kind.stage: kind for kind in (IngestConfig, OcrConfig, ProcessConfig, OutputConfig)
}


@dataclass(frozen=True, slots=True)
class Edge:
    """A way out of a step. The first whose condition holds is taken; one without a condition always is."""

    to: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One place in a workflow; `name` is unique in it and kept in the run's `step`."""

    name: str
    config: StepConfig
    next: tuple[Edge, ...] = ()

    @property
    def type(self) -> StepType:
        return self.config.type

    @property
    def stage(self) -> Stage:
        return self.config.stage
