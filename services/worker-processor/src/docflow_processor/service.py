"""The service `worker-processor`."""

from docflow.runtime.checks import past_of
from docflow.runtime.container import Container
from docflow.runtime.model_advice import ModelAdvice
from docflow.runtime.service import Service
from docflow.runtime.worker import run_worker

from docflow_processor.stages import stages


async def _run(container: Container) -> None:
    advice = ModelAdvice(container.models, container.blobs) if container.models else None
    handlers = stages(advice, past_of(container.database), container.workbench)
    await run_worker(container, service="worker-processor", handlers=handlers)


SERVICE = Service("worker-processor", _run)
