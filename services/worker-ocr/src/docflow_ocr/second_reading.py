"""A second engine's look at the pages on which doubtful required fields stand."""

from collections.abc import Mapping
from dataclasses import replace

import structlog
from docflow.domain.configuration import Configuration
from docflow.domain.errors import DocflowError
from docflow.domain.jobs import DocumentState
from docflow.domain.output_schema import FieldSpec, shape_of
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.ocr import PageEngine
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import Page, ReadField
from docflow.features.reading.assembly import AssembledFields
from docflow.features.reading.second_opinion import Asked, opinions, surer

from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import OpenedFile
from docflow_ocr.pages.pictures import draw_upright

log = structlog.get_logger(__name__)

DRAW_TIMEOUT_S = 20.0
LOOK_TIMEOUT_S = 30.0
#: Below, a value is held whatever a second engine says; above, there is nothing to settle.
LEAST_SURE, SURE = 0.40, 0.95
#: Of one document; doubtful required fields stand on its first pages.
MOST_PAGES = 3


class SecondReading:
    def __init__(
        self, *, engine: PageEngine, workbench: Workbench, blobs: BlobStore, limits: FileLimits
    ) -> None:
        self._engine = engine
        self._workbench = workbench
        self._blobs = blobs
        self._limits = limits

    async def checked(
        self,
        config: Configuration,
        document: DocumentState,
        opened: OpenedFile,
        assembled: AssembledFields,
    ) -> AssembledFields:
        """Agreement raises a confidence, disagreement caps it; where the engine fails all stays as it is."""
        asked = doubtful(config, opened, assembled.fields)
        numbers = sorted({one.page for one in asked})[:MOST_PAGES]
        try:
            data = await self._blobs.get(document.blob_key) if numbers else b""
            pages = [await self._page(data, document, opened, number) for number in numbers]
        except DocflowError as error:
            log.warning("reading.second_engine_failed", engine=self._engine.name, code=error.code)
            return assembled
        if not pages:
            return assembled
        found = await self._workbench.run(opinions, tuple(asked), tuple(pages), timeout_s=LOOK_TIMEOUT_S)
        return replace(assembled, fields=surer(assembled.fields, found))

    async def _page(self, data: bytes, document: DocumentState, opened: OpenedFile, number: int) -> Page:
        page = next(page for page in opened.pages if page.number == number)
        picture = await self._workbench.run(
            draw_upright,
            data,
            document.mime_type,
            number,
            self._limits,
            (page.rotation, page.skew),
            timeout_s=DRAW_TIMEOUT_S,
        )
        return replace(page, words=(await self._engine.read(picture)).words)


def doubtful(config: Configuration, opened: OpenedFile, fields: Mapping[str, ReadField]) -> tuple[Asked, ...]:
    """The required fields that were recognised on a picture and are neither sure nor hopeless."""
    return tuple(
        Asked(spec.path, spec.kind, read.value, read.page, read.box)
        for spec in shape_of(config.output_schema).fields
        if spec.required
        and (read := fields.get(spec.path)) is not None
        and read.value is not None
        and read.page in opened.drawn
        and _is_open(spec, read)
    )


def _is_open(spec: FieldSpec, read: ReadField) -> bool:
    return (
        read.weighed is not None
        and read.weighed.evidence.agreement == 0.5
        and LEAST_SURE <= read.confidence < SURE
    )
