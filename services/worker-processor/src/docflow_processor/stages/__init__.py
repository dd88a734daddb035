"""The stages of this worker."""

from docflow.domain.jobs import StageHandler
from docflow.domain.ports.workbench import Workbench
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.runtime.checks import LooksBack
from docflow.runtime.model_advice import Advises

from docflow_processor.stages.intelligent_process import IntelligentProcess


def stages(
    advice: Advises | None = None, past: LooksBack | None = None, workbench: Workbench | None = None
) -> tuple[StageHandler, ...]:
    """Without `advice` no model is asked for any; without `past` there are no other processes; without `workbench` the
    built-in plugins are all there are."""
    return (IntelligentProcess(Plugins(BUILT_IN, workbench), advice, past),)
