"""The stages of this worker."""

from docflow.domain.jobs import StageHandler
from docflow.plugins.validators import BUILT_IN
from docflow.plugins.validators.running import Validators

from docflow_processor.stages.intelligent_process import IntelligentProcess


def stages() -> tuple[StageHandler, ...]:
    return (IntelligentProcess(Validators(BUILT_IN)),)
