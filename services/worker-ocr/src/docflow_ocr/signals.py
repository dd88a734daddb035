"""The signals of fraud that need more than the file: what its fields say, and what the client's other documents tell."""

from collections.abc import Sequence
from datetime import UTC

import structlog
from docflow.domain import fraud
from docflow.domain.configuration import Configuration
from docflow.domain.errors import PermanentError
from docflow.domain.file_types import IMAGES, PDF
from docflow.domain.habit_signals import habit_signals
from docflow.domain.jobs import DocumentState, Job
from docflow.domain.limit_signals import limit_signals, parts_to_look_for
from docflow.domain.payee_signals import payee_signals
from docflow.domain.payment_facts import PaymentFacts, Traits
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.workbench import Workbench
from docflow.domain.read_documents import fields_as_json, tables_as_json
from docflow.domain.reading import FraudFlag, TextSource
from docflow.domain.repeat_signals import repeat_signals
from docflow.domain.sender_signals import sender_domain, sender_signals
from docflow.domain.stages import DuplicatePolicy
from docflow.features.reading.assembly import AssembledFields
from docflow.features.vendors.facts import facts_of

from docflow_ocr.drawn_values import DrawnValues
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.looks import picture_hashes
from docflow_ocr.pages.misprints import wrong_accounts
from docflow_ocr.pages.opening import OpenedFile
from docflow_ocr.ports import Memory

LOOK_TIMEOUT_S = 20.0

log = structlog.get_logger(__name__)


class Signals:
    def __init__(
        self,
        blobs: BlobStore,
        workbench: Workbench,
        memory: Memory,
        limits: FileLimits,
        drawn: DrawnValues | None = None,
    ) -> None:
        """`drawn` None = no engine is here that could look at pictures of values."""
        self._blobs = blobs
        self._workbench = workbench
        self._memory = memory
        self._limits = limits
        self._drawn = drawn

    async def of(
        self,
        job: Job,
        config: Configuration,
        document: DocumentState,
        opened: OpenedFile,
        assembled: AssembledFields,
        *,
        confidence: float,
    ) -> Sequence[FraudFlag]:
        """All but what INGEST found. `confidence` 0..1 is the mean of the words'.

        Flags are found whether the configuration's fraud detection is on or not; that decides whether they hold. Only
        the look at drawn values, which costs most of all, is left out where it is off.
        """
        facts = facts_of(
            config.output_schema, fields_as_json(assembled.fields), tables_as_json(assembled.tables)
        )
        found = [*opened.signals, *assembled.signals]
        found += fraud.signals_of(assembled.fields, ocr_confidence=confidence)
        found += wrong_accounts(opened.pages, ocr_confidence=confidence)
        if self._drawn is not None and config.enable_fraud_detection:
            found += await self._drawn.compared(config, document, opened, assembled)
        found += await self._remembered(job, config, document, opened, facts)
        return found

    async def _remembered(
        self,
        job: Job,
        config: Configuration,
        document: DocumentState,
        opened: OpenedFile,
        facts: PaymentFacts,
    ) -> list[FraudFlag]:
        if not facts.says_anything:
            return []
        scanned = any(page.source is TextSource.OCR for page in opened.pages)
        # A scanner's program says nothing of who made the paper.
        producer = None if scanned else opened.producer
        sent_from = sender_domain(job.process.metadata)
        traits = Traits(producer, *await self._looks(document, facts), sent_from)
        history = await self._memory.recall(job.run.client_id, document.document_id, facts, traits)
        # The same at every repeat of the run.
        now = job.run.created_at
        received_on = job.process.created_at.astimezone(UTC).date()
        found = [
            *payee_signals(facts, history, now=now, scanned=scanned),
            *sender_signals(sent_from, opened.pages, history.documents),
            *habit_signals(facts, traits, history, now=now, received_on=received_on),
        ]
        parts = parts_to_look_for(facts, config.approval_limits, now)
        if parts is not None:
            others = await self._memory.parts(job.run.client_id, document.document_id, facts, parts)
            found += limit_signals(facts, parts, others)
        if config.duplicate_policy is not DuplicatePolicy.ALLOW:
            found += repeat_signals(facts, traits, history, sha256=document.sha256)
        return found

    async def _looks(
        self, document: DocumentState, facts: PaymentFacts
    ) -> tuple[bytes | None, tuple[bytes, ...]]:
        """Only documents with an amount are compared by their looks."""
        if facts.total is None or not (document.mime_type == PDF or document.mime_type in IMAGES):
            return None, ()
        data = await self._blobs.get(document.blob_key)
        try:
            found = await self._workbench.run(
                picture_hashes, data, document.mime_type, self._limits, timeout_s=LOOK_TIMEOUT_S
            )
        except PermanentError as error:
            # It was read; only its looks are not known.
            log.info("fraud.not_drawn", code=error.code)
            return None, ()
        return (found[0], found[1:]) if found else (None, ())
