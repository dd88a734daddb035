"""Jobs as a handler is given them, with sound defaults; a test names what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from docflow.domain.configuration import Configuration
from docflow.domain.errors import DocflowError
from docflow.domain.jobs import DocumentState, FoundFile, Job, ProcessState, Run
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.stages import DocumentStatus, ProcessStatus, Stage

CLIENT = UUID("01900000-0000-7000-8000-000000000001")
PROCESS = UUID("01900000-0000-7000-8000-000000000002")
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class NullLedger:
    """Keeps what a handler marked, checkpointed, added and pinned. `refusal` is what pinning raises."""

    def __init__(
        self, configuration: Configuration | None = None, *, refusal: DocflowError | None = None
    ) -> None:
        self.configuration = configuration or make_configuration()
        self.refusal = refusal
        self.pinned: list[tuple[str, JsonObject]] = []
        self.marked: list[ProcessStatus] = []
        self.checkpoints: list[tuple[UUID, Mapping[str, JsonValue]]] = []
        self.added: dict[UUID, DocumentState] = {}
        self.metadata: JsonObject = {}

    async def mark(self, status: ProcessStatus) -> None:
        self.marked.append(status)

    async def checkpoint(self, document_id: UUID, changes: Mapping[str, JsonValue]) -> None:
        self.checkpoints.append((document_id, changes))

    async def add_documents(
        self, found: Sequence[FoundFile], metadata: JsonObject
    ) -> Sequence[DocumentState]:
        self.metadata = {**metadata, **self.metadata}
        for file in found:
            if file.document_id not in self.added:
                given = {
                    name: value for name, value in asdict(file).items() if not name.startswith("storage")
                }
                self.added[file.document_id] = make_document(position=len(self.added) + 1, **given)
        return [self.added[file.document_id] for file in found]

    async def pin(self, process_type_id: str, classification: JsonObject) -> Configuration:
        if self.refusal is not None:
            raise self.refusal
        self.pinned.append((process_type_id, classification))
        return replace(self.configuration, process_type_id=process_type_id)


def make_configuration(**changes: Any) -> Configuration:
    given: dict[str, Any] = {
        "config_id": UUID(int=3),
        "client_id": CLIENT,
        "process_type_id": "simple_invoice",
        "version": 1,
        "input_schema": {},
        "output_schema": {"type": "object"},
    }
    return Configuration(**{**given, **changes})


def make_process(**changes: Any) -> ProcessState:
    given: dict[str, Any] = {
        "process_id": PROCESS,
        "client_id": CLIENT,
        "process_type_id": "simple_invoice",
        "config_version": 1,
        "status": ProcessStatus.VALIDATING,
        "current_stage": Stage.INTELLIGENT_PROCESS,
        "version": 4,
        "external_id": None,
        "metadata": {},
        "classification_result": {"fraud_detected": False},
        "extraction_result": None,
        "validation_result": None,
        "final_output": None,
        "overall_confidence": None,
        "callback_url": None,
        "created_at": AT,
    }
    return ProcessState(**{**given, **changes})


def make_document(**changes: Any) -> DocumentState:
    given: dict[str, Any] = {
        "document_id": UUID("01900000-0000-7000-8000-000000000005"),
        "position": 0,
        "file_name": "invoice.pdf",
        "file_size": 9,
        "mime_type": "application/pdf",
        "sha256": "",
        "blob_key": "client/2026-11/process/document",
        "status": DocumentStatus.PENDING,
        "text_source": None,
        "page_count": None,
        "ocr_confidence": None,
        "classification": None,
        "extracted_data": None,
        "fraud_score": None,
        "fraud_flags": (),
        "error_code": None,
    }
    return DocumentState(**{**given, **changes})


def make_job(stage: Stage, process: ProcessState, configuration: Configuration | None) -> Job:
    run = Run(UUID(int=4), process.client_id, process.process_id, stage, stage.value.lower(), 1, 0, 0, AT)
    return Job(run, process, (), configuration)


def read_field(value: JsonValue, confidence: float = 0.95, **more: Any) -> JsonObject:
    """A field of an extraction result."""
    place = {"page": 1, "box": [0.1, 0.1, 0.2, 0.2], "source": "text_layer", "text": str(value), "checks": []}
    return {"value": value, "confidence": confidence, **place, **more}
