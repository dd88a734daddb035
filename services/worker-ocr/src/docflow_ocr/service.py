import asyncio
from contextlib import suppress

from docflow.features.calibration.store import Calibrations
from docflow.features.classification.repository import TypeCatalog
from docflow.features.documents.repository import DocumentStore
from docflow.features.vendors.memory import DocumentMemory
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.runtime.checks import Checks
from docflow.runtime.container import Container
from docflow.runtime.heartbeat import Heartbeat
from docflow.runtime.model_classifying import ModelVoice
from docflow.runtime.rereading import Rereader
from docflow.runtime.service import Service
from docflow.runtime.settings import LimitSettings
from docflow.runtime.worker import run_worker

from docflow_ocr.evaluations import EvaluationLoop
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.second_reading import SecondReading
from docflow_ocr.showing import Showing
from docflow_ocr.stages import handlers
from docflow_ocr.warming import warm_up

WARM_UP_S = 20.0


async def _run(container: Container) -> None:
    store, limits = DocumentStore(container.database), file_limits(container.settings.limits)
    program = await container.second_engine()
    second = None if program is None else SecondReading(
        engine=program, workbench=container.workbench, blobs=container.blobs, limits=limits
    )  # fmt: skip
    stages = handlers(
        blobs=container.blobs,
        workbench=container.workbench,
        provider=container.provider,
        read_image=container.read_image,
        read_lines=container.read_lines,
        duplicates=store,
        memory=DocumentMemory(container.database),
        pages=store,
        types=TypeCatalog(container.database),
        limits=limits,
        document_ocr_s=container.settings.limits.document_ocr_s,
        voice=ModelVoice(container.models, container.database) if container.models else None,
        calibrations=Calibrations(container.database),
        second=second if container.has_ocr else None,
        instead=None if container.has_ocr else program,
        plugins=Plugins(BUILT_IN, container.workbench),
    )
    # Beside the work: nothing waits for it, and what comes meanwhile would have had to do the same.
    warming = asyncio.create_task(container.workbench.warm(warm_up, timeout_s=WARM_UP_S))
    evaluations = _evaluations(container)

    async def evaluate(worker: Heartbeat) -> None:
        await evaluations.run(worker, container.stopping)

    try:
        await run_worker(container, service=SERVICE.name, handlers=stages, beside=(evaluate,))
    finally:
        warming.cancel()
        with suppress(asyncio.CancelledError):
            await warming


def _evaluations(container: Container) -> EvaluationLoop:
    blobs, workbench, provider = container.blobs, container.workbench, container.provider
    showing = Showing(blobs, workbench, provider, file_limits(container.settings.limits))
    rereader = Rereader(
        blobs,
        workbench,
        provider,
        Checks(Plugins(BUILT_IN, workbench)),
        pictures=showing.pictures,
        calibrations=Calibrations(container.database),
    )
    return EvaluationLoop(container.database, workbench, rereader, container.clock)


def file_limits(limits: LimitSettings) -> FileLimits:
    return FileLimits(
        pages=limits.pages_per_document, image_pixels=limits.image_pixels, page_pixels=limits.page_pixels
    )


SERVICE = Service("worker-ocr", _run)
