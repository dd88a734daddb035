from docflow.features.classification.repository import TypeCatalog
from docflow.features.documents.repository import DocumentStore
from docflow.runtime.container import Container
from docflow.runtime.service import Service
from docflow.runtime.settings import LimitSettings
from docflow.runtime.worker import run_worker

from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.stages import handlers


async def _run(container: Container) -> None:
    store = DocumentStore(container.database)
    stages = handlers(
        blobs=container.blobs,
        workbench=container.workbench,
        provider=container.provider,
        read_image=container.read_image,
        duplicates=store,
        pages=store,
        types=TypeCatalog(container.database),
        limits=file_limits(container.settings.limits),
        document_ocr_s=container.settings.limits.document_ocr_s,
    )
    await run_worker(container, service=SERVICE.name, handlers=stages)


def file_limits(limits: LimitSettings) -> FileLimits:
    return FileLimits(
        pages=limits.pages_per_document, image_pixels=limits.image_pixels, page_pixels=limits.page_pixels
    )


SERVICE = Service("worker-ocr", _run)
