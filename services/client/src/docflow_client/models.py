"""What the service answers. Fields that a newer service adds are kept, not refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

FINAL = frozenset({"completed", "failed", "cancelled"})


class _Answer(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Trouble(_Answer):
    code: str
    message: str | None = None


class Reason(_Answer):
    code: str
    field: str | None = None
    message: str = ""


class Document(_Answer):
    document_id: UUID
    file_name: str
    file_size: int
    mime_type: str
    sha256: str
    status: str
    page_count: int | None = None
    text_source: str | None = None
    ocr_confidence: float | None = None
    error: Trouble | None = None


class Field(_Answer):
    """`confidence` is 0..1; `page` starts at 1; `box` is [x0, y0, x1, y1] in fractions of the page."""

    value: Any = None
    confidence: float | None = None
    page: int | None = None
    box: list[float] | None = None
    source: str | None = None


class Result(_Answer):
    fields_: dict[str, Field]
    tables: dict[str, list[dict[str, Field]]] = {}
    data: dict[str, Any] = {}

    model_config = ConfigDict(extra="allow", frozen=True, alias_generator=lambda name: name.rstrip("_"))


class Process(_Answer):
    process_id: UUID
    process_type_id: str | None
    status: str
    current_stage: str
    version: int
    created_at: datetime
    updated_at: datetime
    overall_confidence: float | None = None
    requires_review: bool = False
    review_reasons: list[Reason] = []
    external_id: str | None = None
    documents: list[Document] = []
    error: Trouble | None = None
    result: Result | None = None

    @property
    def is_settled(self) -> bool:
        """Final, or waiting for a person."""
        return self.status in FINAL or self.status == "hitl_review"


class Review(_Answer):
    """`age_s` is the seconds since it was held."""

    process_id: UUID
    reasons: list[Reason]
    priority: int
    age_s: int
    process: Process
