"""Looks at the picture of a page where its text layer states what is paid, to whom and for what."""

from collections.abc import Callable, Sequence

import structlog
from docflow.domain.configuration import Configuration
from docflow.domain.drawn_values import Seen, Stated, contradicted, differing, is_doubtful, stated_values
from docflow.domain.errors import PermanentError
from docflow.domain.file_types import PDF
from docflow.domain.jobs import DocumentState
from docflow.domain.output_schema import shape_of
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import FraudFlag, TextSource
from docflow.features.reading.assembly import AssembledFields

from docflow_ocr.pages.close_ups import close_ups, strips
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import OpenedFile

DRAW_TIMEOUT_S = 20.0
#: A strip takes up to 75 ms, a value by itself 30; an engine that starts some seconds.
LOOK_TIMEOUT_S = 20.0
#: Dots per inch, and how much is seen around a value in heights of it.
FIRST_LOOK, SECOND_LOOK = (200, 0.25), (300, 0.4)

log = structlog.get_logger(__name__)

ReadLines = Callable[[Sequence[bytes]], Sequence[Seen]]


class DrawnValues:
    """`read_lines` is a module-level function for the `ocr` pool: pictures of single lines to their text and how sure
    it is, 0..1.
    """

    def __init__(
        self, blobs: BlobStore, workbench: Workbench, read_lines: ReadLines, limits: FileLimits
    ) -> None:
        self._blobs = blobs
        self._workbench = workbench
        self._read_lines = read_lines
        self._limits = limits

    async def compared(
        self, config: Configuration, document: DocumentState, opened: OpenedFile, assembled: AssembledFields
    ) -> tuple[FraudFlag, ...]:
        """Nothing for files without a text layer of their own.

        All values are read side by side; only those that seem to differ are looked at one by one, and twice.
        """
        if document.mime_type != PDF:
            return ()
        pages = [page for page in opened.pages if page.source is TextSource.TEXT_LAYER]
        stated = stated_values(shape_of(config.output_schema), assembled.fields, pages)
        if not stated:
            return ()
        data = await self._blobs.get(document.blob_key)
        try:
            apart = await self._differing(data, stated)
            first = await self._looked_at(data, apart, FIRST_LOOK)
            doubtful = [one for one in zip(apart, first, strict=True) if is_doubtful(*one)]
            second = await self._looked_at(data, [one for one, _ in doubtful], SECOND_LOOK)
        except PermanentError as error:
            # It was read; only its picture is not known.
            log.info("fraud.not_drawn", code=error.code)
            return ()
        return contradicted([(*one, again) for one, again in zip(doubtful, second, strict=True)])

    async def _differing(self, data: bytes, stated: Sequence[Stated]) -> Sequence[Stated]:
        places = [one.place for one in stated]
        found = await self._workbench.run(strips, data, places, self._limits, timeout_s=DRAW_TIMEOUT_S)
        seen = await self._read([picture for _, picture in found])
        return differing(stated, [(shown, one) for (shown, _), one in zip(found, seen, strict=True)])

    async def _looked_at(
        self, data: bytes, stated: Sequence[Stated], look: tuple[int, float]
    ) -> Sequence[Seen]:
        if not stated:
            return ()
        places = [one.place for one in stated]
        pictures = await self._workbench.run(
            close_ups, data, places, self._limits, *look, timeout_s=DRAW_TIMEOUT_S
        )
        return await self._read(pictures)

    async def _read(self, pictures: Sequence[bytes]) -> Sequence[Seen]:
        return await self._workbench.run(self._read_lines, pictures, timeout_s=LOOK_TIMEOUT_S, pool="ocr")
