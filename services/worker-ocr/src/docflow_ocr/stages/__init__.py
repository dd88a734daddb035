"""The stages of this worker."""

from docflow.domain.jobs import StageHandler
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.llm import Provider
from docflow.domain.ports.ocr import PageEngine
from docflow.domain.ports.workbench import Workbench
from docflow.plugins.running import Plugins

from docflow_ocr.classifier import Classifier
from docflow_ocr.drawn_values import DrawnValues, ReadLines
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.ports import Calibrations, DuplicateIndex, Memory, NoMemory, Pages, Types, Voice
from docflow_ocr.reader import DocumentReader, ReadImage
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
    signals = Signals(blobs, workbench, memory or NoMemory(), limits, drawn)
    reader = DocumentReader(
        blobs=blobs,
        workbench=workbench,
        provider=provider,
        read_image=read_image,
        signals=signals,
        pages=pages,
        limits=limits,
        document_ocr_s=document_ocr_s,
        calibrations=calibrations,
        second=second,
        instead=instead,
        plugins=plugins,
    )
    classifier = Classifier(workbench, types, voice)
    stacks = Stacks(blobs, workbench, reader, limits)
    return Ingest(blobs, workbench, duplicates, limits), IntelligentOcr(reader, classifier, stacks)
