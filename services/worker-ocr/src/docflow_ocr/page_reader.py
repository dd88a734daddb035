"""Reads a file from its bytes to the words of its pages; everything that opens or computes runs on the workbench."""

import time
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from statistics import fmean

from docflow.domain.concurrently import concurrently
from docflow.domain.errors import NotFound, PermanentError
from docflow.domain.jobs import DocumentState, Job
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.ocr import PageEngine
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import Page, ReadPicture, TextSource
from docflow.features.reading.stored_pages import object_of, page_of, words_key

from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import OpenedFile, draw_page, open_file
from docflow_ocr.ports import PageRecord, Pages

OPEN_TIMEOUT_S = 60.0
DRAW_TIMEOUT_S = 20.0
#: A dense A4 page takes 9 s on one thread; a busy machine several times that.
OCR_TIMEOUT_S = 90.0
#: Pictures of pages wait in memory for the engine; more of them would make nothing faster.
PAGES_AT_ONCE = 4

ReadImage = Callable[[bytes], ReadPicture]


class OcrBudget:
    """Seconds that the pages of one document may cost together. Raises PermanentError `timeout` once they are spent."""

    def __init__(self, seconds: float) -> None:
        self._left_s = seconds

    def spend(self, seconds: float) -> None:
        self._left_s -= seconds

    def check(self) -> None:
        if self._left_s <= 0:
            raise PermanentError("reading the document took too long", code="timeout")


def timed(read_image: ReadImage, picture: bytes) -> tuple[ReadPicture, float]:
    """In the child, so that the time in line does not count."""
    began = time.monotonic()
    return read_image(picture), time.monotonic() - began


class PageReader:
    """`read_image` is a module-level function for the `ocr` pool: an encoded picture to its words."""

    def __init__(
        self,
        *,
        blobs: BlobStore,
        workbench: Workbench,
        read_image: ReadImage,
        pages: Pages,
        limits: FileLimits,
        document_ocr_s: float,
        instead: PageEngine | None = None,
    ) -> None:
        """`instead` reads pictures where the engine of `read_image` is not installed."""
        self._blobs = blobs
        self._workbench = workbench
        self._read_image = read_image
        self._pages = pages
        self._limits = limits
        self._document_ocr_s = document_ocr_s
        self._instead = instead

    async def open(self, job: Job, document: DocumentState) -> OpenedFile:
        """The file with all its pages read and kept. Raises PermanentError for what cannot be read, TransientError when
        the world is in the way.
        """
        data = await self._blobs.get(document.blob_key)
        opened = await self._workbench.run(
            open_file, data, document.mime_type, self._limits, timeout_s=OPEN_TIMEOUT_S
        )
        scanned = await self._scanned(data, document, opened)
        pages = tuple(scanned.get(page.number, page) for page in opened.pages)
        await self._keep(job, document, pages, scanned)
        return replace(opened, pages=pages)

    async def _scanned(self, data: bytes, document: DocumentState, opened: OpenedFile) -> dict[int, Page]:
        """The pages that need OCR, by number. Each is kept as soon as it is read, so a repeat reads only the others."""
        budget = OcrBudget(self._document_ocr_s)

        async def scan(page: Page) -> Page:
            return await self._scan(data, document, page, budget)

        drawn = [page for page in opened.pages if page.number in opened.drawn]
        return {page.number: page for page in await concurrently(scan, drawn, at_once=PAGES_AT_ONCE)}

    async def _scan(self, data: bytes, document: DocumentState, page: Page, budget: OcrBudget) -> Page:
        key = words_key(document.blob_key, page.number)
        try:
            return page_of(await self._blobs.get(key))
        except NotFound:
            pass
        budget.check()
        picture = await self._workbench.run(
            draw_page, data, document.mime_type, page.number, self._limits, timeout_s=DRAW_TIMEOUT_S
        )
        found, took_s = await self._recognised(picture)
        budget.spend(took_s)
        read = page_read(page, found)
        await self._blobs.put(key, object_of(read))
        return read

    async def _recognised(self, picture: bytes) -> tuple[ReadPicture, float]:
        """The words, and the seconds that they took."""
        if self._instead is not None:
            began = time.monotonic()
            return await self._instead.read(picture), time.monotonic() - began
        return await self._workbench.run(
            timed, self._read_image, picture, timeout_s=OCR_TIMEOUT_S, pool="ocr"
        )

    async def _keep(
        self, job: Job, document: DocumentState, pages: Sequence[Page], kept: Container[int]
    ) -> None:
        async def put(page: Page) -> None:
            await self._blobs.put(words_key(document.blob_key, page.number), object_of(page))

        await concurrently(put, [page for page in pages if page.number not in kept], at_once=PAGES_AT_ONCE)
        records = [_record(page, words_key(document.blob_key, page.number)) for page in pages]
        await self._pages.keep(job.run.client_id, document.document_id, records)


def page_read(page: Page, read: ReadPicture) -> Page:
    """A page as its picture says it lies."""
    turned = read.rotation in (90, 270)
    return replace(
        page,
        width=page.height if turned else page.width,
        height=page.width if turned else page.height,
        words=read.words,
        source=TextSource.OCR,
        rotation=read.rotation,
        skew=read.skew,
    )


def _record(page: Page, key: str) -> PageRecord:
    return PageRecord(
        number=page.number,
        width=page.width,
        height=page.height,
        rotation=page.rotation,
        source=page.source,
        word_count=len(page.words),
        confidence=round(fmean(word.confidence for word in page.words), 4) if page.words else None,
        words_key=key,
    )
