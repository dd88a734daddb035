"""Reading a stored document again from its stored words, under any configuration: checked, judged, nothing kept."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain import fraud
from docflow.domain.concurrently import concurrently
from docflow.domain.configuration import Configuration, PromptStage
from docflow.domain.errors import Conflict
from docflow.domain.evidence import values_of
from docflow.domain.facts import About
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.judging import Judged, judged
from docflow.domain.output_schema import OutputShape, shape_of
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.llm import Extraction, ExtractRequest, PageImage, Provider
from docflow.domain.ports.workbench import Workbench
from docflow.domain.read_documents import fields_as_json, overall, tables_as_json
from docflow.domain.reading import FraudFlag, Page, TextSource
from docflow.domain.stages import DocumentStatus
from docflow.features.calibration.store import Calibrations
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.service import Documents
from docflow.features.processes.repository import ProcessRepository
from docflow.features.reading.assembly import AssembledFields, fields_of_extraction
from docflow.features.reading.stored_pages import page_of
from docflow.runtime.checks import Checks

READ_TIMEOUT_S = 30.0
PAGES_AT_ONCE = 8

Pictures = Callable[[Document, Sequence[Page]], Awaitable[tuple[PageImage, ...]]]
"""What a model is shown besides the words."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was read before; `extracted` is what was kept of it."""

    document: Document
    extracted: JsonObject
    pages: Sequence[PageRow]
    process_id: UUID
    received_on: date


@dataclass(frozen=True, slots=True)
class Reread:
    """`extraction` has `fields`, `tables` and `gaps` as a process's result. `by` is None for what an invoice stated.

    `duration_ms` is of asking for the fields alone.
    """

    extraction: JsonObject
    fraud_flags: Sequence[JsonObject]
    told: Judged
    by: Extraction | None
    duration_ms: int


async def stored_document(session: AsyncSession, client_id: UUID, document_id: UUID) -> Stored:
    """Raises NotFound, also for another client's document, and Conflict for one that was not read."""
    documents = Documents(session, client_id)
    process_id = (await documents.get(document_id)).process_id
    process = await ProcessRepository(session, client_id).get(process_id)
    every = (await documents.of([process_id], text=True))[process_id]
    document = next(one for one in every if one.document_id == document_id)
    pages = await documents.pages([document_id])
    if document.status != DocumentStatus.COMPLETED or document.extracted_data is None:
        raise Conflict("this document was not read")
    day = process.created_at.astimezone(UTC).date()
    return Stored(document, document.extracted_data, pages, process_id, day)


class Rereader:
    """`pictures` None = a model is shown the words alone; `calibrations` None = confidences are as first weighed."""

    def __init__(
        self,
        blobs: BlobStore,
        workbench: Workbench,
        provider: Provider,
        checks: Checks,
        *,
        pictures: Pictures | None = None,
        calibrations: Calibrations | None = None,
    ) -> None:
        self._blobs = blobs
        self._calibrations = calibrations
        self._workbench = workbench
        self._provider = provider
        self._checks = checks
        self._pictures = pictures

    async def read(self, config: Configuration, given: Stored, *, fresh: bool = False) -> Reread:
        """Raises what the reading raises. `fresh` = an answer that a model gave before does not count."""
        by, duration_ms, signals = None, 0, tuple[FraudFlag, ...]()
        extraction: JsonObject
        if given.document.text_source == TextSource.XML:
            extraction = _as_stated(given.extracted, shape_of(config.output_schema))
        else:
            pages = await self._pages(given.pages)
            request = await self._request(config, given, pages, fresh=fresh)
            began = time.monotonic()
            by = await self._provider.extract(request)
            duration_ms = round(1000 * (time.monotonic() - began))
            extraction, signals = await self._assembled(config, given, pages, by)
        extraction, failures = await self._checks.enriched(config, extraction, given.received_on)
        flags = fraud.with_new(given.document.fraud_flags, fraud.as_json(signals))
        score = fraud.score_of(flags)
        detected = config.enable_fraud_detection and score >= fraud.REVIEW_RISK
        about = About(
            extraction,
            {"fraud_score": score, "fraud_detected": detected},
            config.process_type_id,
            overall_confidence=overall(config.output_schema, extraction["fields"]),
            received_on=given.received_on,
        )
        findings = await self._checks.findings(
            config, values_of(extraction), given.received_on, about, given.process_id
        )
        findings = (*failures, *(one for one in findings if one not in failures))
        told = judged(extraction, findings, config, fraud_detected=detected)
        return Reread(extraction, flags, told, by, duration_ms)

    async def _request(
        self, config: Configuration, given: Stored, pages: tuple[Page, ...], *, fresh: bool
    ) -> ExtractRequest:
        prompt_id = config.prompt_ids.get(PromptStage.OCR.value)
        return ExtractRequest(
            client_id=config.client_id,
            process_id=given.process_id,
            document_id=given.document.document_id,
            process_type_id=config.process_type_id,
            output_schema=config.output_schema,
            pages=pages,
            images=await self._pictures(given.document, pages) if self._pictures else (),
            prompt_id=UUID(str(prompt_id)) if prompt_id else None,
            llm_policy=config.llm_policy,
            fresh=fresh,
            confidence_threshold=config.confidence_threshold,
        )

    async def _assembled(
        self, config: Configuration, given: Stored, pages: tuple[Page, ...], by: Extraction
    ) -> tuple[dict[str, JsonValue], tuple[FraudFlag, ...]]:
        read: AssembledFields = await self._workbench.run(
            fields_of_extraction, by, pages, config.output_schema, timeout_s=READ_TIMEOUT_S
        )
        confidence = given.document.ocr_confidence
        signals = fraud.signals_of(
            read.fields, ocr_confidence=1.0 if confidence is None else float(confidence)
        )
        fields = read.fields
        if self._calibrations is not None:
            learned = await self._calibrations.of(config.client_id, config.process_type_id, config.version)
            fields = learned.applied(fields)
        whole: dict[str, JsonValue] = {
            "fields": fields_as_json(fields),
            "tables": tables_as_json(read.tables),
            "gaps": [gap.as_json() for gap in read.gaps],
        }
        return whole, (*read.signals, *signals)

    async def _pages(self, rows: Sequence[PageRow]) -> tuple[Page, ...]:
        async def read(row: PageRow) -> Page:
            if row.words_key is None:
                return _without_words(row)
            return page_of(await self._blobs.get(row.words_key))

        return tuple(await concurrently(read, rows, at_once=PAGES_AT_ONCE))


def _without_words(row: PageRow) -> Page:
    return Page(
        number=row.number,
        width=row.width,
        height=row.height,
        rotation=row.rotation,
        source=TextSource(row.source),
        words=(),
    )


def _as_stated(extracted: JsonObject, shape: OutputShape) -> dict[str, JsonValue]:
    """What a structured invoice stated before, of what this configuration asks for."""
    fields: Mapping[str, JsonValue] = extracted.get("fields") or {}
    tables: Mapping[str, JsonValue] = extracted.get("tables") or {}
    wanted = {table.path for table in shape.tables}
    return {
        "fields": {spec.path: fields[spec.path] for spec in shape.fields if spec.path in fields},
        "tables": {name: rows for name, rows in tables.items() if name in wanted},
    }
