"""One process as people look at it, read in one round trip: what is asked for most often."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from docflow.db.base import Json, JsonList
from docflow.db.database import Database
from docflow.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class DocumentView:
    document_id: UUID
    process_id: UUID
    file_name: str
    file_size: int
    mime_type: str
    sha256: str
    page_count: int | None
    status: str
    classification: Json | None
    ocr_confidence: float | None
    text_source: str | None
    fraud_score: float | None
    fraud_flags: JsonList
    error_code: str | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class ProcessView:
    """The columns of a `Process` without what was read, under the same names."""

    process_id: UUID
    client_id: UUID
    process_type_id: str | None
    config_version: int | None
    status: str
    current_stage: str
    overall_confidence: float | None
    requires_review: bool
    review_reasons: JsonList
    ingestion_source: str
    external_id: str | None
    metadata_: Json
    total_tokens_input: int
    total_tokens_output: int
    error_code: str | None
    error_message: str | None
    parent_process_id: UUID | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    version: int
    documents: tuple[DocumentView, ...]


_READ = "SELECT CAST(read_process(%(client_id)s, %(process_id)s) AS text)"
_VIEW = TypeAdapter(ProcessView)


async def view_process(database: Database, client_id: UUID, process_id: UUID) -> ProcessView:
    """Raises NotFound, also for another client's process."""
    rows = await database.single(_READ, {"client_id": client_id, "process_id": process_id})
    found: str | None = rows[0][0]
    if found is None:
        raise NotFound("no such process")
    return _VIEW.validate_json(found)
