"""The stages of this worker."""

from docflow.domain.jobs import StageHandler
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.llm import Provider
from docflow.domain.ports.ocr import PageEngine
from docflow.domain.ports.workbench import Workbench
from docflow.plugins.running import Plugins

from docflow_ocr.classifier import Classifier
from docflow_ocr.drawn_values import DrawnValues, ReadLines
from docflow_ocr.page_reader import PageReader, ReadImage
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.ports import Calibrations, DuplicateIndex, Memory, NoMemory, Pages, Types, Voice
from docflow_ocr.reader import DocumentReader
from docflow_ocr.second_reading import SecondReading
from docflow_ocr.signals import Signals
from docflow_ocr.stacks import Stacks
from docflow_ocr.stages.ingest import Ingest
from docflow_ocr.stages.intelligent_ocr import IntelligentOcr


def handlers(
    *,
    blobs: BlobStore,
    workbench: Workbench,
    provider: Provider,
    read_image: ReadImage,
    duplicates: DuplicateIndex,
    pages: Pages,
    types: Types,
    limits: FileLimits,
    memory: Memory | None = None,
    document_ocr_s: float = 3600.0,
    voice: Voice | None = None,
    calibrations: Calibrations | None = None,
    second: SecondReading | None = None,
    instead: PageEngine | None = None,
    plugins: Plugins | None = None,
    read_lines: ReadLines | None = None,
) -> tuple[StageHandler, ...]:
    drawn = DrawnValues(blobs, workbench, read_lines, limits) if read_lines else None
    page_reader = PageReader(
        blobs=blobs,
        workbench=workbench,
        read_image=read_image,
        pages=pages,
        limits=limits,
        document_ocr_s=document_ocr_s,
        instead=instead,
    )
    reader = DocumentReader(
        blobs=blobs,
        workbench=workbench,
        provider=provider,
        signals=Signals(blobs, workbench, memory or NoMemory(), limits, drawn),
        limits=limits,
        calibrations=calibrations,
        second=second,
        plugins=plugins,
    )
    classifier = Classifier(workbench, types, voice)
    stacks = Stacks(blobs, workbench, page_reader, limits)
    return Ingest(blobs, workbench, duplicates, limits), IntelligentOcr(
        page_reader, reader, classifier, stacks
    )
