"""A page, or a part of one, as a picture: drawn in a child process, within the installation's pixels."""

from docflow.adapters.pages.cutouts import page_cutout, words_cutout
from docflow.adapters.pages.draw_words import words_png
from docflow.adapters.pages.render import render_png
from docflow.domain.errors import NotFound, Problem, UserError
from docflow.domain.file_types import WRITTEN
from docflow.domain.outcomes import Place
from docflow.domain.reading import Box, TextSource
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.service import Documents
from docflow.features.reading.stored_pages import page_of, pose_of
from docflow.runtime.container import Container

RENDER_S = 20.0


class PagePictures:
    """Text, tables and mails have no pages of their own: what was read of them is drawn where it was placed."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._pixels = container.settings.limits.page_pixels

    async def whole(self, document: Document, number: int) -> bytes:
        """Page `number`, from 1, as PNG. Raises NotFound, and what drawing raises."""
        run = self._container.workbench.run
        if document.mime_type in WRITTEN:
            words = await self._words(document, number)
            return await run(words_png, words, self._pixels, timeout_s=RENDER_S)
        data, pose = await self._file(document), await self._pose(document, number)
        return await run(render_png, data, document.mime_type, number, self._pixels, pose, timeout_s=RENDER_S)

    async def part(self, document: Document, place: Place) -> bytes:
        """The place with what stands around it, as PNG. Raises as `whole` does."""
        run = self._container.workbench.run
        if document.mime_type in WRITTEN:
            words = await self._words(document, place.page)
            return await run(words_cutout, words, place.box, self._pixels, timeout_s=RENDER_S)
        data, pose = await self._file(document), await self._pose(document, place.page)
        return await run(page_cutout, data, document.mime_type, place, self._pixels, pose, timeout_s=RENDER_S)

    async def _file(self, document: Document) -> bytes:
        return await self._container.blobs.get(document.blob_key)

    async def _pose(self, document: Document, number: int) -> tuple[int, float]:
        """How a page that was read as a picture is turned and straightened, so that its words' places fit."""
        page = await self._row(document, number)
        if page is None or page.words_key is None or page.source != TextSource.OCR:
            return 0, 0.0
        return pose_of(page_of(await self._container.blobs.get(page.words_key)))

    async def _words(self, document: Document, number: int) -> bytes:
        page = await self._row(document, number)
        if page is None or page.words_key is None:
            raise NotFound("no such page, or not read yet")
        return await self._container.blobs.get(page.words_key)

    async def _row(self, document: Document, number: int) -> PageRow | None:
        async with self._container.database.client(document.client_id) as session:
            pages = await Documents(session, document.client_id).pages([document.document_id])
        return next((page for page in pages if page.number == number), None)


def box_of(text: str, pointer: str) -> Box:
    """`x0,y0,x1,y1` in fractions. Raises UserError at `pointer` for anything else, and for a box without an area."""
    try:
        x0, y0, x1, y1 = (float(one) for one in text.split(","))
    except ValueError:
        x0 = y0 = x1 = y1 = 0.0
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        told = [Problem(pointer, "four fractions x0,y0,x1,y1 with x0 < x1 and y0 < y1")]
        raise UserError("some values are not valid", problems=told)
    return x0, y0, x1, y1
