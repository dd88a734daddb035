"""Reads one document from its bytes to its fields; everything that opens or computes runs on the workbench."""

import asyncio
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from statistics import fmean
from uuid import UUID

import orjson
from docflow.domain import fraud
from docflow.domain.configuration import Configuration, PromptStage
from docflow.domain.errors import NotFound, PermanentError
from docflow.domain.jobs import DocumentState, Job
from docflow.domain.json_types import JsonObject
from docflow.domain.lines import lines_of
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.llm import ExtractRequest, Provider
from docflow.domain.ports.ocr import PageEngine
from docflow.domain.ports.workbench import Workbench
from docflow.domain.read_documents import ReadDocument, fields_as_json, tables_as_json, typed_data
from docflow.domain.reading import Classification, Page, ReadPicture, TextSource, Word
from docflow.domain.splitting import CUTTABLE
from docflow.domain.stages import DocumentStatus
from docflow.features.reading import stored_pages
from docflow.features.reading.assembly import AssembledFields, fields_of_extraction, fields_of_invoice
from docflow.features.splitting.cuts import Cut, proposed
from docflow.plugins.running import Plugins

from docflow_ocr import redacting
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import OpenedFile, draw_page, open_file
from docflow_ocr.plugged import Plugged
from docflow_ocr.ports import Calibrations, PageRecord, Pages
from docflow_ocr.second_reading import SecondReading
from docflow_ocr.showing import Showing
from docflow_ocr.signals import Signals

OPEN_TIMEOUT_S = 60.0
DRAW_TIMEOUT_S = 20.0
#: A dense A4 page takes 9 s on one thread; a busy machine several times that.
OCR_TIMEOUT_S = 90.0
ASSEMBLE_TIMEOUT_S = 30.0
#: Every page is looked at; a dense one takes some 15 ms.
CUTS_TIMEOUT_S = 120.0
#: Pictures of pages wait in memory for the engine; more of them would make nothing faster.
PAGES_AT_ONCE = 4
#: documents.ocr_text is for search; the words themselves are in the file store.
MAX_TEXT_CHARACTERS = 500_000

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


class DocumentReader:
    """`read_image` is a module-level function for the `ocr` pool: an encoded picture to its words."""

    def __init__(
        self,
        *,
        blobs: BlobStore,
        workbench: Workbench,
        provider: Provider,
        read_image: ReadImage,
        signals: Signals,
        pages: Pages,
        limits: FileLimits,
        document_ocr_s: float,
        calibrations: Calibrations | None = None,
        second: SecondReading | None = None,
        instead: PageEngine | None = None,
        plugins: Plugins | None = None,
    ) -> None:
        """`instead` reads pictures where the engine of `read_image` is not installed."""
        self._blobs = blobs
        self._workbench = workbench
        self._provider = provider
        self._read_image = read_image
        self._signals = signals
        self._pages = pages
        self._limits = limits
        self._document_ocr_s = document_ocr_s
        self._shown = Showing(blobs, workbench, provider, limits).pictures
        self._calibrations = calibrations
        self._second = second
        self._instead = instead
        self._plugged = Plugged(plugins or Plugins(()))

    async def read(
        self,
        job: Job,
        config: Configuration,
        document: DocumentState,
        opened: OpenedFile,
        classification: Classification,
    ) -> tuple[ReadDocument, JsonObject]:
        """The reading and the document's checkpoint.

        `opened` is what `open` gave; `classification` is the document's own. Raises PermanentError for what cannot
        be read, TransientError when the world is in the way.
        """
        assembled = await self._fields(job, config, document, opened, opened.pages)
        assembled = await self._surer(job, config, document, opened, assembled)
        confidence = mean_confidence(opened.pages)
        signals = await self._signals.of(job, config, document, opened, assembled, confidence=confidence)
        cuts = await self._cuts(document, opened)
        found = await self._plugged.of(job, config, opened.pages, assembled)
        whole = replace(opened, signals=(*signals, *found.signals))
        read, changes = _result(config, document, whole, assembled, classification, cuts=cuts)
        return found.noted(read, changes)

    async def _surer(
        self,
        job: Job,
        config: Configuration,
        document: DocumentState,
        opened: OpenedFile,
        assembled: AssembledFields,
    ) -> AssembledFields:
        """With what a second engine says of doubtful fields, and what the client's reviews have taught."""
        if self._second is not None and opened.drawn:
            assembled = await self._second.checked(config, document, opened, assembled)
        if self._calibrations is None:
            return assembled
        learned = await self._calibrations.of(job.run.client_id, config.process_type_id, config.version)
        return replace(assembled, fields=learned.applied(assembled.fields))

    async def open(self, job: Job, document: DocumentState) -> OpenedFile:
        """The file with all its pages read and kept; no fields yet. Raises as `read` does."""
        data = await self._blobs.get(document.blob_key)
        opened = await self._workbench.run(
            open_file, data, document.mime_type, self._limits, timeout_s=OPEN_TIMEOUT_S
        )
        scanned = await self._scanned(data, document, opened)
        pages = tuple(scanned.get(page.number, page) for page in opened.pages)
        await self._keep_pages(job, document, pages, scanned)
        return replace(opened, pages=pages)

    async def _cuts(self, document: DocumentState, opened: OpenedFile) -> tuple[Cut, ...]:
        """None in a structured invoice, whose annexes belong to it, nor in a file that nobody can cut."""
        if opened.cuts is not None:
            return opened.cuts
        if opened.invoice is not None or len(opened.pages) < 2 or document.mime_type not in CUTTABLE:
            return ()
        return await self._workbench.run(proposed, opened.pages, timeout_s=CUTS_TIMEOUT_S)

    async def _scanned(self, data: bytes, document: DocumentState, opened: OpenedFile) -> dict[int, Page]:
        """The pages that need OCR, by number. Each is kept as soon as it is read, so a repeat reads only the others."""
        at_once = asyncio.Semaphore(PAGES_AT_ONCE)
        budget = OcrBudget(self._document_ocr_s)

        async def scan(page: Page) -> Page:
            async with at_once:
                return await self._scan(data, document, page, budget)

        drawn = [page for page in opened.pages if page.number in opened.drawn]
        return {page.number: page for page in await asyncio.gather(*(scan(page) for page in drawn))}

    async def _scan(self, data: bytes, document: DocumentState, page: Page, budget: OcrBudget) -> Page:
        key = words_key(document, page)
        try:
            return page_read(page, picture_of(await self._blobs.get(key)))
        except NotFound:
            pass
        budget.check()
        picture = await self._workbench.run(
            draw_page, data, document.mime_type, page.number, self._limits, timeout_s=DRAW_TIMEOUT_S
        )
        found, took_s = await self._recognised(picture)
        budget.spend(took_s)
        read = page_read(page, found)
        await self._blobs.put(key, words_object(read))
        return read

    async def _recognised(self, picture: bytes) -> tuple[ReadPicture, float]:
        """The words, and the seconds that they took."""
        if self._instead is not None:
            began = time.monotonic()
            return await self._instead.read(picture), time.monotonic() - began
        return await self._workbench.run(
            timed, self._read_image, picture, timeout_s=OCR_TIMEOUT_S, pool="ocr"
        )

    async def _keep_pages(
        self, job: Job, document: DocumentState, pages: Sequence[Page], kept: Container[int]
    ) -> None:
        for page in pages:
            if page.number not in kept:
                await self._blobs.put(words_key(document, page), words_object(page))
        records = [_record(page, words_key(document, page)) for page in pages]
        await self._pages.keep(job.run.client_id, document.document_id, records)

    async def _fields(
        self,
        job: Job,
        config: Configuration,
        document: DocumentState,
        opened: OpenedFile,
        pages: tuple[Page, ...],
    ) -> AssembledFields:
        if opened.invoice is not None:
            return await self._workbench.run(
                fields_of_invoice, opened.invoice, pages, config.output_schema, timeout_s=ASSEMBLE_TIMEOUT_S
            )
        extraction = await redacting.extract(
            self._provider,
            self._workbench,
            ExtractRequest(
                client_id=job.run.client_id,
                process_id=job.run.process_id,
                document_id=document.document_id,
                process_type_id=config.process_type_id,
                output_schema=config.output_schema,
                pages=pages,
                images=await self._shown(document, pages),
                run_id=job.run.run_id,
                prompt_id=_prompt_id(config),
                llm_policy=config.llm_policy,
                confidence_threshold=config.confidence_threshold,
            ),
        )
        assembled = await self._workbench.run(
            fields_of_extraction, extraction, pages, config.output_schema, timeout_s=ASSEMBLE_TIMEOUT_S
        )
        return replace(assembled, warnings=extraction.warnings)


def _result(
    config: Configuration,
    document: DocumentState,
    opened: OpenedFile,
    assembled: AssembledFields,
    classification: Classification,
    *,
    cuts: Sequence[Cut],
) -> tuple[ReadDocument, JsonObject]:
    """`opened` with all signals but those of INGEST."""
    pages = opened.pages
    flags = fraud.with_new(fraud.found_at_the_door(document.fraud_flags), fraud.as_json(opened.signals))
    read = ReadDocument(
        document_id=document.document_id,
        file_name=document.file_name,
        text_source=_text_source(opened, pages).value,
        page_count=len(pages),
        fields=fields_as_json(assembled.fields),
        tables=tables_as_json(assembled.tables),
        data=typed_data(config.output_schema, assembled.fields, assembled.tables),
        fraud_flags=tuple(flags),
        gaps=tuple(gap.as_json() for gap in assembled.gaps),
        warnings=(
            *opened.warnings,
            *(opened.invoice.warnings if opened.invoice else ()),
            *assembled.warnings,
            *fraud.warned_of(flags),
        ),
        classification=classification.as_json(),
        cuts=tuple(cut.as_json() for cut in cuts),
    )
    return read, {
        "status": DocumentStatus.COMPLETED.value,
        **text_facts(opened),
        "classification": classification.as_json(),
        "extracted_data": read.extracted_data(),
        "fraud_flags": flags,
        "fraud_score": fraud.score_of(flags),
    }


def _prompt_id(config: Configuration) -> UUID | None:
    found = config.prompt_ids.get(PromptStage.OCR.value)
    return UUID(str(found)) if found else None


def text_facts(opened: OpenedFile) -> JsonObject:
    """What a document's row tells of its text, whatever its type."""
    pages = opened.pages
    return {
        "page_count": len(pages),
        "text_source": _text_source(opened, pages).value,
        "ocr_text": text_of(pages)[:MAX_TEXT_CHARACTERS],
        "ocr_confidence": round(mean_confidence(pages), 4),
    }


def _text_source(opened: OpenedFile, pages: Sequence[Page]) -> TextSource:
    if opened.invoice is not None:
        return TextSource.XML
    return TextSource.OCR if any(page.source is TextSource.OCR for page in pages) else TextSource.TEXT_LAYER


def mean_confidence(pages: Sequence[Page]) -> float:
    """Of all words, 0..1; 1 for a document without pages, which is read from XML."""
    words = [word.confidence for page in pages for word in page.words]
    return fmean(words) if words else (0.0 if pages else 1.0)


def text_of(pages: Sequence[Page]) -> str:
    return "\n\f".join("\n".join(line.text for line in lines_of(page)) for page in pages)


def words_key(document: DocumentState, page: Page) -> str:
    return stored_pages.words_key(document.blob_key, page.number)


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


def picture_of(stored: bytes) -> ReadPicture:
    """What was read off a picture, from its object in the file store."""
    kept = orjson.loads(stored)
    return ReadPicture(words_of(stored), kept.get("rotation", 0), kept.get("skew", 0.0))


def words_of(stored: bytes) -> tuple[Word, ...]:
    """The words of a page's object in the file store."""
    return tuple(
        Word(text, (x0, y0, x1, y1), confidence)
        for text, x0, y0, x1, y1, confidence in orjson.loads(stored)["words"]
    )


def words_object(page: Page) -> bytes:
    """{"number", "width", "height", "rotation", "skew", "source", "words": [[text, x0, y0, x1, y1, confidence]]}"""
    words = [[word.text, *(round(x, 5) for x in word.box), round(word.confidence, 4)] for word in page.words]
    return orjson.dumps(
        {
            "number": page.number,
            "width": page.width,
            "height": page.height,
            "rotation": page.rotation,
            "skew": page.skew,
            "source": page.source.value,
            "words": words,
        }
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
