"""Accepting a submission: checked first, then the files are stored, then one commit makes it true."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.db.json_text import json_bytes
from docflow.domain.configuration import Configuration
from docflow.domain.crash_points import crash_point
from docflow.domain.errors import DocflowError, TransientError
from docflow.domain.ids import new_id
from docflow.domain.jobs import ProcessState
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.egress import Egress
from docflow.domain.ports.sealing import Sealing
from docflow.domain.ports.transport import Transport
from docflow.domain.stages import DocumentStatus, DuplicatePolicy, ProcessStatus
from docflow.domain.tracing import current_traceparent
from docflow.domain.workflow import FULL_PIPELINE, Workflow, pinned_workflow
from docflow.features.configurations.in_force import InForce
from docflow.features.configurations.service import Configurations, refuse_unusable
from docflow.features.documents.models import Document
from docflow.features.documents.service import Documents
from docflow.features.idempotency import service as idempotency
from docflow.features.idempotency.service import KeyedRequest, StoredAnswer
from docflow.features.processes.models import Process
from docflow.features.processes.repository import ProcessRepository
from docflow.features.processes.view import DocumentView, ProcessView
from docflow.features.removals import repository as removals
from docflow.features.stage_runs.changed import Hints, hints_of
from docflow.features.stage_runs.submission import first_transition
from docflow.features.submissions.acceptance import Acceptance, Row, accept, accept_within
from docflow.features.submissions.door import (
    Failures,
    LaterFile,
    SentFile,
    Submission,
    check_descriptions,
    check_fields,
    named_type,
)
from docflow.features.uploads import repository as uploads
from docflow.features.webhooks.service import ensure_callback_endpoint

log = structlog.get_logger(__name__)

ROUTE = "POST /v1/processes"

Render = Callable[[Process | ProcessView, Sequence[Document] | Sequence[DocumentView], int], StoredAnswer]
"""The answer for a process, its documents and the status 202 (new) or 200 (an earlier one)."""
_GIVEN = (
    "process_id", "client_id", "process_type_id", "config_version", "current_stage", "external_id", "ingestion_source",
    "created_by",
)  # fmt: skip
_GIVEN_OF_FILE = ("document_id", "process_id", "file_name", "file_size", "mime_type", "sha256")


@dataclass(frozen=True, slots=True)
class Accepted:
    """`replayed`: this answer was given before, to the same idempotency key."""

    process_id: UUID
    answer: StoredAnswer
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """A file with the ids and the place it gets."""

    document_id: UUID
    blob_key: str
    file: SentFile

    @classmethod
    def into(cls, folder: str, file: SentFile) -> "_Placed":
        document_id = new_id()
        return cls(document_id, f"{folder}/{document_id}", file)


@dataclass(frozen=True, slots=True)
class _Intake:
    client_id: UUID
    by: str
    process_id: UUID
    given: Submission
    configuration: Configuration | None
    """None while the type is left to the documents."""
    placed: Sequence[_Placed]
    keyed: KeyedRequest | None
    removal_id: UUID

    @property
    def stands_alone(self) -> bool:
        """Nothing but the process and what belongs to it is read or written when it is accepted."""
        return not (
            self.keyed
            or self.given.callback_url is not None
            or _upload_ids(self.placed)
            or (self.configuration and self.configuration.duplicate_policy is DuplicatePolicy.RETURN_EXISTING)
        )


class Submissions:
    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        transport: Transport,
        egress: Egress,
        *,
        sealing: Sealing,
        clock: Clock,
        failures: Failures,
        metadata_bytes: int,
        public_url: str = "",
        in_force: InForce | None = None,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._transport = transport
        self._egress = egress
        self._sealing = sealing
        self._clock = clock
        self._failures = failures
        self._metadata_bytes = metadata_bytes
        self._public_url = public_url
        self._in_force = in_force

    async def submit(
        self,
        client_id: UUID,
        by: str,
        given: Submission,
        *,
        key: str | None,
        render: Render,
        route: str = ROUTE,
    ) -> Accepted:
        """Durable when it returns. With the same `key` and content the first answer again.

        Holds no transaction while files are fetched and written. Raises UserError and PermanentError of the door's checks,
        StorageFull, TransientError; a refused submission leaves no file behind.
        """
        check_fields(given, self._metadata_bytes)
        type_id = named_type(given.process_type_id)
        keyed = KeyedRequest(client_id, route, key, content_hash(given)) if key else None
        process_id = new_id()
        folder = f"{client_id}/{self._clock.now():%Y-%m}/{process_id}"
        known = await self._answered(keyed) if keyed else None
        if known is not None:
            return _replay(known)
        configuration = None if type_id is None else await self._configuration(client_id, type_id, process_id)
        # Were this process never to come, its files would lie there without an owner.
        removal_id = await self._expect(client_id, type_id, process_id, f"{folder}/")
        placed = [_Placed.into(folder, await _opened(file)) for file in given.files]
        if configuration is not None:
            described = [self._describe(one, given.metadata) for one in placed]
            check_descriptions(configuration.input_schema, described, self._failures)
        if given.callback_url is not None:
            await self._egress.check(given.callback_url)
        intake = _Intake(client_id, by, process_id, given, configuration, placed, keyed, removal_id)
        await self._store(placed)
        crash_point("submission.before_commit")
        accepted = await self._accept(intake, render)
        crash_point("submission.after_commit")
        return accepted

    async def _answered(self, keyed: KeyedRequest) -> StoredAnswer | None:
        assert keyed.client_id is not None
        async with self._database.client(keyed.client_id) as session:
            return await idempotency.stored(session, keyed, self._clock.now())

    async def _configuration(self, client_id: UUID, type_id: str, process_id: UUID) -> Configuration:
        """The one that the process goes to, from memory where it is known."""
        known = await self._in_force.get(client_id, type_id) if self._in_force else None
        if known is not None:
            return known.for_process(process_id)
        async with self._database.client(client_id) as session:
            return await Configurations(session, client_id, self._in_force).for_new_process(
                type_id, process_id
            )

    async def _expect(self, client_id: UUID, type_id: str | None, process_id: UUID, prefix: str) -> UUID:
        """The plan to remove the files; for a named type only where it takes documents."""
        at = self._clock.now()
        if type_id is None:
            async with self._database.client(client_id) as session:
                return removals.expect_untyped(
                    session, client_id, process_id, prefix, at + removals.UNCLAIMED
                )
        expected = await removals.expect(
            self._database, client_id, type_id, process_id=process_id, prefix=prefix, at=at
        )
        # What is known to be in force may be of a type that was switched off since.
        refuse_unusable(type_id, expected.is_active)
        return expected.removal_id

    async def _store(self, placed: Sequence[_Placed]) -> None:
        for at, one in enumerate(placed):
            try:
                await self._blobs.put(one.blob_key, await one.file.read(), overwrite=False)
            except BaseException:
                await self._discard(placed[:at])
                raise

    async def _accept(self, intake: _Intake, render: Render) -> Accepted:
        try:
            if intake.stands_alone:
                accepted, hints = await self._accept_alone(intake, render)
            else:
                accepted, hints = await self._accept_within(intake, render)
        except TransientError:
            # The commit may have gone through: a file without a row is litter, a row without its file is a loss.
            raise
        except DocflowError:
            await self._discard(intake.placed)
            raise
        if accepted.process_id != intake.process_id:
            await self._discard(intake.placed)
        if hints:
            await self._transport.hint(hints)
        return accepted

    async def _accept_alone(self, intake: _Intake, render: Render) -> tuple[Accepted, Hints]:
        asked = self._acceptance(intake)
        view = _view(asked, await accept(self._database, asked))
        return Accepted(view.process_id, render(view, view.documents, 202)), hints_of(asked.transition)

    async def _accept_within(self, intake: _Intake, render: Render) -> tuple[Accepted, Hints]:
        async with self._database.client(intake.client_id) as session:
            known = await self._claim_key(session, intake.keyed)
            if known is not None:
                return _replay(known), ()
            return await self._insert(session, intake, render)

    async def _claim_key(self, session: AsyncSession, keyed: KeyedRequest | None) -> StoredAnswer | None:
        return await idempotency.claim(session, keyed, self._clock.now()) if keyed else None

    async def _insert(self, session: AsyncSession, intake: _Intake, render: Render) -> tuple[Accepted, Hints]:
        existing = await self._existing(session, intake)
        if existing is not None:
            process, documents = existing
            accepted = Accepted(process.process_id, render(process, documents, 200))
            hints: Hints = ()
        else:
            asked = self._acceptance(intake)
            await uploads.use(session, intake.client_id, intake.process_id, _upload_ids(intake.placed))
            if intake.given.callback_url is not None:
                # What signs the calls to it; without this row no call is made.
                await ensure_callback_endpoint(session, intake.client_id, self._sealing)
            view = _view(asked, await accept_within(session, asked))
            accepted = Accepted(view.process_id, render(view, view.documents, 202))
            hints = hints_of(asked.transition)
        if intake.keyed is not None:
            await idempotency.keep(session, intake.keyed, accepted.answer)
        return accepted, hints

    async def _existing(
        self, session: AsyncSession, intake: _Intake
    ) -> tuple[Process, Sequence[Document]] | None:
        """The earlier process of the same files, where the configuration asks for it."""
        config = intake.configuration
        if config is None or config.duplicate_policy is not DuplicatePolicy.RETURN_EXISTING:
            return None
        hashes = [one.file.sha256 for one in intake.placed]
        lock = f"{intake.client_id}:{':'.join(hashes)}"
        # Two copies sent at once come one after the other, so the second finds the first.
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lock, 0))))
        documents = Documents(session, intake.client_id)
        process_id = await documents.earlier(hashes)
        if process_id is None:
            return None
        process = await ProcessRepository(session, intake.client_id).get(process_id)
        return process, (await documents.of([process_id]))[process_id]

    def _acceptance(self, intake: _Intake) -> Acceptance:
        given, config = intake.given, intake.configuration
        workflow = _workflow_of(intake)
        state = ProcessState(
            process_id=intake.process_id,
            client_id=intake.client_id,
            process_type_id=config.process_type_id if config else None,
            config_version=config.version if config else None,
            status=ProcessStatus.PENDING,
            current_stage=workflow.first.stage,
            version=1,
            external_id=given.external_id,
            metadata=given.metadata,
            classification_result=None,
            extraction_result=None,
            validation_result=None,
            final_output=None,
            overall_confidence=None,
            callback_url=given.callback_url,
            created_at=self._clock.now(),
            ingestion_source=given.ingestion_source.value,
        )
        transition = first_transition(
            state,
            workflow=workflow,
            at=state.created_at,
            public_url=self._public_url,
            traceparent=current_traceparent(),
        )
        documents = [self._document(intake, position) for position in range(len(intake.placed))]
        return Acceptance(intake.removal_id, _process(state, intake), documents, transition)

    def _document(self, intake: _Intake, position: int) -> dict[str, Any]:
        one = intake.placed[position]
        return {
            "document_id": one.document_id,
            "client_id": intake.client_id,
            "process_id": intake.process_id,
            "position": position,
            "storage_url": self._blobs.url(one.blob_key),
            "storage_provider": self._blobs.provider,
            "blob_key": one.blob_key,
            "file_name": one.file.file_name,
            "file_size": one.file.size_bytes,
            "mime_type": one.file.mime_type,
            "sha256": one.file.sha256,
        }

    def _describe(self, placed: _Placed, metadata: JsonObject) -> JsonObject:
        """What `input_schema` judges (api.md, Schemas)."""
        return {
            "document_url": self._blobs.url(placed.blob_key),
            "file_type": placed.file.mime_type,
            "file_name": placed.file.file_name,
            "file_size": placed.file.size_bytes,
            "metadata": dict(metadata),
        }

    async def _discard(self, placed: Sequence[_Placed]) -> None:
        """At once where that works; else they go by the plan that was made for them."""
        try:
            for one in placed:
                await self._blobs.delete(one.blob_key)
        except TransientError as error:
            log.warning("submission.files_left", code=error.code)


def _workflow_of(intake: _Intake) -> Workflow:
    return pinned_workflow(intake.configuration) if intake.configuration else FULL_PIPELINE


def content_hash(given: Submission) -> bytes:
    """SHA-256 over what was sent: every field, and each file by its name and its bytes, or where it was said to lie."""
    content = {
        "process_type_id": named_type(given.process_type_id),
        "ingestion_source": given.ingestion_source.value,
        "metadata": given.metadata,
        "callback_url": given.callback_url,
        "external_id": given.external_id,
        "files": [[file.file_name, file.identity] for file in given.files],
    }
    return hashlib.sha256(json_bytes(content, sort_keys=True)).digest()


async def _opened(file: SentFile | LaterFile) -> SentFile:
    return await file.open() if isinstance(file, LaterFile) else file


def _process(state: ProcessState, intake: _Intake) -> dict[str, Any]:
    return {
        "process_id": state.process_id,
        "client_id": state.client_id,
        "process_type_id": state.process_type_id,
        "config_version": state.config_version,
        "current_stage": state.current_stage.value,
        "external_id": state.external_id,
        "metadata": state.metadata,
        "ingestion_source": intake.given.ingestion_source.value,
        "callback_url": state.callback_url,
        "created_by": intake.by,
    }


def _view(asked: Acceptance, at: datetime) -> ProcessView:
    """As it stands in the database, with what that filled in."""
    return ProcessView(
        **{name: asked.process[name] for name in _GIVEN},
        metadata_=asked.process["metadata"],
        status=ProcessStatus.PENDING.value,
        overall_confidence=None,
        requires_review=False,
        review_reasons=[],
        total_tokens_input=0,
        total_tokens_output=0,
        error_code=None,
        error_message=None,
        parent_process_id=None,
        created_at=at,
        updated_at=at,
        completed_at=None,
        version=1,
        documents=tuple(_document_view(row) for row in asked.documents),
    )


def _document_view(row: Row) -> DocumentView:
    return DocumentView(
        **{name: row[name] for name in _GIVEN_OF_FILE},
        page_count=None,
        status=DocumentStatus.PENDING.value,
        classification=None,
        ocr_confidence=None,
        text_source=None,
        fraud_score=None,
        fraud_flags=[],
        error_code=None,
        error_message=None,
    )


def _upload_ids(placed: Sequence[_Placed]) -> list[UUID]:
    return [one.file.upload_id for one in placed if one.file.upload_id is not None]


def _replay(known: StoredAnswer) -> Accepted:
    return Accepted(UUID(known.body["process_id"]), known, replayed=True)
