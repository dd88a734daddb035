"""Reads one document from its pages to its fields; everything that computes runs on the workbench."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from uuid import UUID

from docflow.domain import fraud
from docflow.domain.configuration import Configuration, PromptStage
from docflow.domain.evidence import values_of
from docflow.domain.jobs import DocumentState, Job
from docflow.domain.json_types import JsonObject
from docflow.domain.lines import lines_of
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.llm import ExtractRequest, Provider
from docflow.domain.ports.workbench import Workbench
from docflow.domain.read_documents import ReadDocument, fields_as_json, tables_as_json
from docflow.domain.reading import Classification, Page, TextSource
from docflow.domain.results import typed_data
from docflow.domain.splitting import CUTTABLE
from docflow.domain.stages import DocumentStatus
from docflow.features.reading.assembly import AssembledFields, fields_of_extraction, fields_of_invoice
from docflow.features.splitting.cuts import Cut, proposed
from docflow.plugins.running import Plugins

from docflow_ocr import redacting
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import OpenedFile
from docflow_ocr.plugged import Plugged
from docflow_ocr.ports import Calibrations
from docflow_ocr.second_reading import SecondReading
from docflow_ocr.showing import Showing
from docflow_ocr.signals import Signals

ASSEMBLE_TIMEOUT_S = 30.0
#: Every page is looked at; a dense one takes some 15 ms.
CUTS_TIMEOUT_S = 120.0
#: documents.ocr_text is for search; the words themselves are in the file store.
MAX_TEXT_CHARACTERS = 500_000


class DocumentReader:
    def __init__(
        self,
        *,
        blobs: BlobStore,
        workbench: Workbench,
        provider: Provider,
        signals: Signals,
        limits: FileLimits,
        calibrations: Calibrations | None = None,
        second: SecondReading | None = None,
        plugins: Plugins | None = None,
    ) -> None:
        self._workbench = workbench
        self._provider = provider
        self._signals = signals
        self._shown = Showing(blobs, workbench, provider, limits).pictures
        self._calibrations = calibrations
        self._second = second
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

        `opened` is what `PageReader.open` gave; `classification` is the document's own. Raises PermanentError for what cannot
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

    async def _cuts(self, document: DocumentState, opened: OpenedFile) -> tuple[Cut, ...]:
        """None in a structured invoice, whose annexes belong to it, nor in a file that nobody can cut."""
        if opened.cuts is not None:
            return opened.cuts
        if opened.invoice is not None or len(opened.pages) < 2 or document.mime_type not in CUTTABLE:
            return ()
        return await self._workbench.run(proposed, opened.pages, timeout_s=CUTS_TIMEOUT_S)

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
    fields, tables = fields_as_json(assembled.fields), tables_as_json(assembled.tables)
    read = ReadDocument(
        document_id=document.document_id,
        file_name=document.file_name,
        text_source=_text_source(opened, pages).value,
        page_count=len(pages),
        fields=fields,
        tables=tables,
        data=typed_data(values_of({"fields": fields, "tables": tables}), config.output_schema),
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
