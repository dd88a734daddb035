"""Reads a part of a page that a reviewer drew a box around."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import fmean
from uuid import UUID

from docflow.adapters.pages.regions import draw_region, on_page
from docflow.domain.errors import NotFound, PermanentError, TransientError, UserError
from docflow.domain.file_types import IMAGES, PDF
from docflow.domain.json_types import JsonScalar
from docflow.domain.lines import lines_of
from docflow.domain.outcomes import Place
from docflow.domain.reading import Box, Page, TextSource, Word
from docflow.domain.values.kinds import FieldKind, canonical
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.service import Documents
from docflow.features.reading.stored_pages import page_of, pose_of
from docflow.runtime.container import Container

WHOLE_S = 25.0
"""With the wait for its turn; an engine that starts takes some seconds of it."""
DRAW_S, OCR_S = 10.0, 20.0
WAITING = 4
"""More people at one gateway are told to come back."""
_AFTER_S = 3


class TooManyRegions(UserError):
    default_code = "rate_limited"

    def __init__(self) -> None:
        super().__init__("too many regions are being read here")
        self.after_s = _AFTER_S


@dataclass(frozen=True, slots=True)
class ReadRegion:
    text: str
    words: Sequence[Word]
    source: TextSource
    value: JsonScalar

    @property
    def confidence(self) -> float:
        return round(fmean(word.confidence for word in self.words), 4) if self.words else 0.0


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is known of the page; `row` None = it was not read."""

    document: Document
    row: PageRow | None
    words: Sequence[Word] = ()
    pose: tuple[int, float] = (0, 0.0)


class Regions:
    """From the words of the file's own text layer; else the region is drawn larger and read by OCR, one at a time."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._turn = asyncio.Lock()
        self._asked = 0

    async def read(
        self, client_id: UUID, document_id: UUID, page: int, box: Box, kind: FieldKind | None
    ) -> ReadRegion:
        """Raises NotFound for what is not there, TooManyRegions, TransientError where it takes too long, and what drawing
        raises.
        """
        stored = await self._stored(client_id, document_id, page)
        words = [word for word in stored.words if _inside(word.box, box)]
        source = TextSource.TEXT_LAYER
        has_layer = stored.row is not None and stored.row.source == TextSource.TEXT_LAYER
        can_be_drawn = stored.document.mime_type == PDF or stored.document.mime_type in IMAGES
        if can_be_drawn and not (has_layer and words):
            words, source = await self._recognised(stored, page, box), TextSource.OCR
        text = _text(words, stored.row)
        return ReadRegion(text, words, source, canonical(kind, text) if kind else None)

    async def _stored(self, client_id: UUID, document_id: UUID, page: int) -> _Stored:
        async with self._container.database.client(client_id) as session:
            documents = Documents(session, client_id)
            document = await documents.get(document_id)
            row = next((one for one in await documents.pages([document_id]) if one.number == page), None)
        if row is None and not (document.mime_type == PDF or document.mime_type in IMAGES):
            raise NotFound("no such page, or not read yet")
        if row is None or row.words_key is None:
            return _Stored(document, row)
        kept = page_of(await self._container.blobs.get(row.words_key))
        return _Stored(document, row, kept.words, pose_of(kept))

    async def _recognised(self, stored: _Stored, page: int, box: Box) -> list[Word]:
        container, document = self._container, stored.document
        try:
            async with asyncio.timeout(WHOLE_S), self._one_at_a_time():
                data = await container.blobs.get(document.blob_key)
                pixels = container.settings.limits.page_pixels
                region = await container.workbench.run(
                    draw_region,
                    data,
                    document.mime_type,
                    Place(page, box),
                    pixels,
                    stored.pose,
                    timeout_s=DRAW_S,
                )
                found = await container.workbench.run(
                    container.read_image, region.picture, timeout_s=OCR_S, pool="ocr"
                )
        except (TimeoutError, PermanentError) as error:
            if isinstance(error, PermanentError) and error.code != "timeout":
                raise
            raise TransientError(
                "reading the region took too long", code="timeout", after_s=_AFTER_S
            ) from error
        return [on_page(word, found.rotation, region.inner, box) for word in found.words]

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        if self._asked > WAITING:
            raise TooManyRegions
        self._asked += 1
        try:
            async with self._turn:
                yield
        finally:
            self._asked -= 1


def _inside(word: Box, box: Box) -> bool:
    """Its middle is."""
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _text(words: Sequence[Word], row: PageRow | None) -> str:
    width, height = (row.width, row.height) if row else (595.0, 842.0)
    page = Page(1, width, height, tuple(words), TextSource.OCR)
    return "\n".join(line.text for line in lines_of(page))
