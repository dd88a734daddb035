"""What a handler is given, and the two Protocols around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from docflow.domain.configuration import Configuration
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.outcomes import StageOutcome
from docflow.domain.splitting import ChildState
from docflow.domain.stages import DocumentStatus, ProcessStatus, Stage


@dataclass(frozen=True, slots=True)
class Run:
    """One claimed run. `attempt` counts claims and is the fence; `failures` counts the document's own failures."""

    run_id: UUID
    client_id: UUID
    process_id: UUID
    stage: Stage
    step: str
    attempt: int
    failures: int
    losses: int
    created_at: datetime
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document as stored when the run was claimed. `position` starts at 0; 0 is the first document sent."""

    document_id: UUID
    position: int
    file_name: str
    file_size: int
    mime_type: str
    sha256: str
    blob_key: str
    status: DocumentStatus
    text_source: str | None
    page_count: int | None
    ocr_confidence: float | None
    classification: JsonObject | None
    extracted_data: JsonObject | None
    fraud_score: float | None
    fraud_flags: tuple[JsonObject, ...]
    error_code: str | None


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file inside a document, such as a mail's attachment, stored already. Its id is the same at every look."""

    document_id: UUID
    file_name: str
    file_size: int
    mime_type: str
    sha256: str
    blob_key: str
    storage_url: str
    storage_provider: str


@dataclass(frozen=True, slots=True)
class ProcessState:
    process_id: UUID
    client_id: UUID
    process_type_id: str | None
    config_version: int | None
    status: ProcessStatus
    current_stage: Stage
    version: int
    external_id: str | None
    metadata: JsonObject
    classification_result: JsonObject | None
    extraction_result: JsonObject | None
    validation_result: JsonObject | None
    final_output: JsonObject | None
    overall_confidence: float | None
    callback_url: str | None
    created_at: datetime
    parent_process_id: UUID | None = None
    ingestion_source: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed run with all it works on. `configuration` is None only while an `auto` process is unclassified."""

    run: Run
    process: ProcessState
    documents: tuple[DocumentState, ...]
    configuration: Configuration | None
    children: tuple[ChildState, ...] = ()
    """Of a process that was split."""


class Ledger(Protocol):
    """What a handler must record on the way, each in a short transaction fenced by the run's attempt.

    Every method raises `LostRun` when the run is no longer ours; the handler lets it pass.
    """

    async def mark(self, status: ProcessStatus) -> None:
        """Show on the process what is being done (classifying, extracting)."""

    async def checkpoint(self, document_id: UUID, changes: Mapping[str, JsonValue]) -> None:
        """Keep what one document gave; a repeat of the run finds it and does only what is missing.

        Keys: status, mime_type, page_count, text_source, ocr_text, ocr_confidence, classification, extracted_data,
        fraud_score, fraud_flags, error_code, error_message.
        """

    async def add_documents(
        self, found: Sequence[FoundFile], metadata: JsonObject
    ) -> Sequence[DocumentState]:
        """Make each file a document of the process, behind those it has; a repeat adds none twice.

        `metadata` joins what the process was sent with and replaces nothing. Gives all of them as they stand, in
        the order given.
        """

    async def pin(self, process_type_id: str, classification: JsonObject) -> Configuration:
        """Give the process its type, and the configuration in force for it, for the rest of its life.

        Raises UserError `process_type_unknown` or `process_type_inactive`, PermanentError `configuration_missing` or
        `workflow_invalid` (its workflow has no step of this stage); then nothing is changed.
        """


class LostRun(Exception):
    """The run was taken away (the worker was given up for dead, or somebody cancelled the process)."""


class StageHandler(Protocol):
    """Decides one stage. Holds no session, publishes nothing; safe to repeat.

    `deadline_s` counts seconds of the stage's own: while a call is with the workbench, in line or in a child, the
    clock stands. So nothing fails by waiting for others, and a document may have as many pages as it has.
    """

    stage: Stage
    deadline_s: float

    async def handle(self, job: Job, ledger: Ledger) -> StageOutcome: ...
