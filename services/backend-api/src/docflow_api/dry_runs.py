"""Trying a configuration on a stored document: read again from its stored words, checked, judged, nothing kept."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

import orjson
from docflow.domain import fraud
from docflow.domain.configuration import Configuration
from docflow.domain.errors import Conflict, TransientError
from docflow.domain.evidence import values_of
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.judging import Judged, judged
from docflow.domain.output_schema import OutputShape, shape_of
from docflow.domain.ports.llm import ExtractRequest
from docflow.domain.read_documents import fields_as_json, overall, tables_as_json
from docflow.domain.reading import FraudFlag, Page, TextSource, Word
from docflow.domain.results import build_result
from docflow.domain.stages import DocumentStatus, ProcessStatus
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.service import Documents
from docflow.features.processes.repository import ProcessRepository
from docflow.features.reading.assembly import AssembledFields, fields_of_extraction
from docflow.runtime.checks import Checks
from docflow.runtime.container import Container

READ_TIMEOUT_S = 30.0
WHOLE_TIMEOUT_S = 50.0
"""Under the 60 s that proxies wait for an answer."""
PAGES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was read before; `extracted` is what was kept of it."""

    document: Document
    extracted: JsonObject
    pages: Sequence[PageRow]
    process_id: UUID
    received_on: date


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a process of this one document would come to. `read_again` is False for what a structured invoice stated."""

    status: ProcessStatus
    reasons: tuple[JsonObject, ...]
    overall_confidence: float
    fraud_flags: Sequence[JsonObject]
    read_again: bool
    result: JsonObject


async def stored(container: Container, client_id: UUID, document_id: UUID) -> Stored:
    """Raises NotFound, also for another client's document, and Conflict for one that was not read."""
    async with container.database.client(client_id) as session:
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


class DryRuns:
    def __init__(self, container: Container, checks: Checks) -> None:
        self._container = container
        self._checks = checks

    async def run(self, config: Configuration, given: Stored) -> DryRun:
        """Writes nothing. Raises TransientError where it takes too long, and what the reading raises."""
        try:
            async with asyncio.timeout(WHOLE_TIMEOUT_S):
                return await self._run(config, given)
        except TimeoutError as error:
            raise TransientError("the dry run took too long", code="timeout", after_s=10) from error

    async def _run(self, config: Configuration, given: Stored) -> DryRun:
        again = given.document.text_source != TextSource.XML
        if again:
            extraction, signals = await self._read(config, given)
        else:
            extraction, signals = _as_stated(given.extracted, shape_of(config.output_schema)), ()
        flags = fraud.with_new(given.document.fraud_flags, fraud.as_json(signals))
        findings = await self._checks.findings(config, values_of(extraction), given.received_on)
        detected = config.enable_fraud_detection and fraud.score_of(flags) >= fraud.REVIEW_RISK
        told = judged(extraction, findings, config, fraud_detected=detected)
        return DryRun(
            status=_status(told, config),
            reasons=tuple(reason.as_json() for reason in told.reasons),
            overall_confidence=overall(config.output_schema, extraction["fields"]),
            fraud_flags=flags,
            read_again=again,
            result=build_result(
                extraction_result=told.changes["extraction_result"],
                validation_result=told.changes["validation_result"],
                classification_result=None,
                output_schema=config.output_schema,
            ),
        )

    async def _read(
        self, config: Configuration, given: Stored
    ) -> tuple[dict[str, JsonValue], Sequence[FraudFlag]]:
        pages = await self._pages(given.pages)
        extraction = await self._container.provider.extract(
            ExtractRequest(
                client_id=config.client_id,
                process_id=given.process_id,
                document_id=given.document.document_id,
                process_type_id=config.process_type_id,
                output_schema=config.output_schema,
                pages=pages,
            )
        )
        read: AssembledFields = await self._container.workbench.run(
            fields_of_extraction, extraction, pages, config.output_schema, timeout_s=READ_TIMEOUT_S
        )
        confidence = given.document.ocr_confidence
        signals = fraud.signals_of(
            read.fields, ocr_confidence=1.0 if confidence is None else float(confidence)
        )
        whole = {
            "fields": fields_as_json(read.fields),
            "tables": tables_as_json(read.tables),
            "gaps": [gap.as_json() for gap in read.gaps],
        }
        return whole, (*read.signals, *signals)

    async def _pages(self, rows: Sequence[PageRow]) -> tuple[Page, ...]:
        at_once = asyncio.Semaphore(PAGES_AT_ONCE)

        async def read(row: PageRow) -> Page:
            async with at_once:
                return _page(row, await self._container.blobs.get(row.words_key) if row.words_key else None)

        return tuple(await asyncio.gather(*(read(row) for row in rows)))


def _page(row: PageRow, words: bytes | None) -> Page:
    return Page(
        number=row.number,
        width=row.width,
        height=row.height,
        rotation=row.rotation,
        source=TextSource(row.source),
        words=tuple(
            Word(text, (x0, y0, x1, y1), confidence)
            for text, x0, y0, x1, y1, confidence in (orjson.loads(words)["words"] if words else ())
        ),
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


def _status(told: Judged, config: Configuration) -> ProcessStatus:
    if not told.reasons:
        return ProcessStatus.COMPLETED
    return ProcessStatus.HITL_REVIEW if config.enable_hitl else ProcessStatus.FAILED
