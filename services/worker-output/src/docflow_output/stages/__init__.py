"""The stages of this worker."""

from docflow.domain.jobs import StageHandler

from docflow_output.stages.output import Output


def stages() -> tuple[StageHandler, ...]:
    return (Output(),)
