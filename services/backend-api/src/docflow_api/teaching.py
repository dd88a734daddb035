"""What a person's decision teaches: worked out from the stored pages before it, kept in its transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from docflow.domain.access import Caller
from docflow.domain.concurrently import concurrently
from docflow.domain.corrections import CorrectedField
from docflow.domain.errors import NotFound, PermanentError, TransientError
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.reading import Page, TextSource
from docflow.domain.stages import DocumentStatus, ProcessStatus
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.service import Documents
from docflow.features.processes.models import Process
from docflow.features.processes.repository import ProcessRepository
from docflow.features.reading.stored_pages import page_of
from docflow.features.reviews.models import FieldCorrection
from docflow.features.reviews.repository import ReviewRepository
from docflow.features.stage_runs.changed import Changed
from docflow.features.vendor_memory.index import VendorIndex
from docflow.features.vendor_memory.knowledge import Recalled, ends_of
from docflow.features.vendor_memory.lessons import Approved, Lesson, lesson_of, named_key, vendor_name
from docflow.features.vendor_memory.remembering import look_of
from docflow.features.vendor_memory.repository import Taught, remember
from docflow.runtime.container import Container
from sqlalchemy.ext.asyncio import AsyncSession

log = structlog.get_logger()
LESSON_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lesson of the process at this version; of another it says nothing."""

    lesson: Lesson
    version: int
    document_id: UUID
    process_type_id: str
    config_version: int

    @property
    def corrected(self) -> Mapping[str, CorrectedField]:
        return self.lesson.corrected


@dataclass(frozen=True, slots=True)
class _Held:
    process: Process
    document: Document
    pages: Sequence[PageRow]
    schema: JsonObject
    process_type_id: str
    config_version: int
    earlier: "Earlier"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was put right before, during this review: `read` is how fields stood at first, `right` what they became."""

    read: Mapping[str, JsonValue] = field(default_factory=dict)
    right: Mapping[str, JsonValue] = field(default_factory=dict)


def earlier_of(rows: Sequence[FieldCorrection], document_id: UUID) -> Earlier:
    """Of the fields of one document; cells and rows of tables teach no place."""
    read, right = dict[str, JsonValue](), dict[str, JsonValue]()
    for row in rows:
        if (
            row.document_id == document_id
            and row.after is not None
            and "row" not in row.after
            and "[" not in row.field
        ):
            read.setdefault(row.field, row.before or {})
            right[row.field] = row.after.get("value")
    return Earlier(read, right)


class Teaching:
    def __init__(self, container: Container) -> None:
        self._container = container
        self._index = VendorIndex(container.database)

    async def prepare(
        self, client_id: UUID, process_id: UUID, corrections: Mapping[str, JsonValue]
    ) -> Prepared | None:
        """None where there is nothing to learn from, or it cannot be had now: a decision never waits for it."""
        try:
            held = await self._held(client_id, process_id)
            return await self._lesson(client_id, held, corrections) if held else None
        except (NotFound, TransientError, PermanentError) as error:
            log.warning("lesson.missed", process_id=str(process_id), code=error.code)
            return None

    async def keep(
        self,
        session: AsyncSession,
        prepared: Prepared | None,
        changed: Changed,
        caller: Caller,
        *,
        corrected: bool = False,
    ) -> None:
        """After an approval, in its transaction. One of two required approvals teaches nothing yet.

        `corrected` = the decision brought corrections, which were saved first.
        """
        if prepared is None or changed.status is ProcessStatus.HITL_REVIEW:
            return
        # Somebody changed the process in between: the lesson is of what it was.
        if changed.version != prepared.version + 1 + corrected:
            return
        taught = Taught(
            client_id=caller.client,
            process_id=changed.process_id,
            document_id=prepared.document_id,
            process_type_id=prepared.process_type_id,
            config_version=prepared.config_version,
            by=caller.name,
            is_person=caller.user_id is not None,
        )
        await remember(session, taught, prepared.lesson)

    async def _held(self, client_id: UUID, process_id: UUID) -> _Held | None:
        async with self._container.database.client(client_id) as session:
            process = await ProcessRepository(session, client_id).get(process_id)
            if process.status != ProcessStatus.HITL_REVIEW or process.process_type_id is None:
                return None
            documents = Documents(session, client_id)
            document = _primary(process, (await documents.of([process_id])).get(process_id, ()))
            if document is None or process.config_version is None:
                return None
            configurations = ConfigurationRepository(session, client_id)
            config = await configurations.get(process.process_type_id, process.config_version)
            pages = await documents.pages([document.document_id])
            reviews = ReviewRepository(session, client_id)
            review = await reviews.of_process(process_id)
            saved = await reviews.corrections(review.review_id, process_id)
        return _Held(
            process,
            document,
            pages,
            config.output_schema,
            process.process_type_id,
            process.config_version,
            earlier_of(saved, document.document_id),
        )

    async def _lesson(
        self, client_id: UUID, held: _Held, corrections: Mapping[str, JsonValue]
    ) -> Prepared | None:
        pages = await self._pages(held.pages)
        if not any(page.words for page in pages):
            return None
        fields = (held.process.extraction_result or {}).get("fields") or {}
        as_read, right = {**fields, **held.earlier.read}, {**held.earlier.right, **corrections}
        approved = Approved(pages, held.schema, as_read, right)
        recalled = await self._recalled(client_id, held, approved)
        lesson = await self._container.workbench.run(
            lesson_of, approved, recalled, timeout_s=LESSON_TIMEOUT_S
        )
        return Prepared(
            lesson,
            held.process.version,
            held.document.document_id,
            held.process_type_id,
            held.config_version,
        )

    async def _recalled(self, client_id: UUID, held: _Held, approved: Approved) -> Recalled:
        known = await self._index.any_of(client_id, held.process_type_id)
        if not known:
            return Recalled()
        vector = await asyncio.to_thread(look_of, approved.pages)
        return await self._index.recalled(
            client_id,
            held.process_type_id,
            vector,
            other_than=held.document.document_id,
            vendor_key=named_key(vendor_name(approved)),
        )

    async def _pages(self, rows: Sequence[PageRow]) -> tuple[Page, ...]:
        """The first and the last ones; what stands between them are rows of tables."""
        keys = [row.words_key for row in ends_of(rows) if row.words_key]
        return tuple(map(page_of, await concurrently(self._container.blobs.get, keys, at_once=len(keys))))


def _primary(process: Process, documents: Sequence[Document]) -> Document | None:
    """The document whose fields the process shows; none for a structured invoice, which needs no lesson."""
    result = process.extraction_result or {}
    shown = _values(result)
    told = next(
        (one for one in result.get("documents") or () if one.get("fields") and _values(one) == shown), None
    )
    readable = [
        one
        for one in documents
        if one.status == DocumentStatus.COMPLETED and one.text_source != TextSource.XML
    ]
    if told is None:
        return readable[0] if len(readable) == 1 else None
    return next((one for one in readable if str(one.document_id) == told.get("document_id")), None)


def _values(result: JsonObject) -> Mapping[str, JsonValue]:
    return {name: (read or {}).get("value") for name, read in (result.get("fields") or {}).items()}
