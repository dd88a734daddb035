"""The stages of this worker."""

from docflow.domain.jobs import StageHandler
from docflow.plugins.validators import BUILT_IN
from docflow.plugins.validators.running import Validators
from docflow.runtime.checks import LooksBack
from docflow.runtime.model_advice import Advises

from docflow_processor.stages.intelligent_process import IntelligentProcess


def stages(advice: Advises | None = None, past: LooksBack | None = None) -> tuple[StageHandler, ...]:
    """Without `advice` no model is asked for any; without `past` there are no other processes."""
    return (IntelligentProcess(Validators(BUILT_IN), advice, past),)
