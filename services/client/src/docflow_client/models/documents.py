from typing import Any
from uuid import UUID

from docflow_client.models.base import Answer, Trouble


class Classification(Answer):
    process_type_id: str
    confidence: float


class Document(Answer):
    document_id: UUID
    file_name: str
    file_size: int
    mime_type: str
    sha256: str
    status: str
    page_count: int | None = None
    classification: Classification | None = None
    text_source: str | None = None
    ocr_confidence: float | None = None
    fraud_score: float | None = None
    fraud_flags: list[dict[str, Any]] = []
    error: Trouble | None = None


class Word(Answer):
    """`box` is [x0, y0, x1, y1] in fractions of the page."""

    text: str
    box: list[float]
    confidence: float


class PageWords(Answer):
    """`page` starts at 1."""

    page: int
    words: list[Word]


class Words(Answer):
    document_id: UUID
    pages: list[PageWords]
