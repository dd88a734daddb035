from typing import Any
from uuid import UUID

from docflow.features.documents.models import Document
from docflow.features.processes.view import DocumentView

from docflow_api.schemas.base import Schema


class ErrorOut(Schema):
    code: str
    message: str | None


class ClassificationOut(Schema):
    process_type_id: str
    confidence: float


class DocumentLinks(Schema):
    self: str
    file: str
    pages: str
    words: str


class DocumentOut(Schema):
    """`text_source` tells where the words came from: xml, text_layer or ocr."""

    document_id: UUID
    process_id: UUID
    file_name: str
    file_size: int
    mime_type: str
    """As its bytes tell."""
    sha256: str
    page_count: int | None
    """Null before it is read."""
    status: str
    classification: ClassificationOut | None
    ocr_confidence: float | None
    """0..1, of its words; null without OCR."""
    text_source: str | None
    fraud_score: float | None
    """0..1; null before it is looked for."""
    fraud_flags: list[dict[str, Any]]
    """Each with `code`, `score`, a message and its evidence."""
    error: ErrorOut | None
    links: DocumentLinks


class WordOut(Schema):
    """`box` is [x0, y0, x1, y1] in fractions of the page, origin at the top left."""

    text: str
    box: list[float]
    confidence: float


class PageWordsOut(Schema):
    """`page` starts at 1; width and height are PDF points or pixels."""

    page: int
    width: float
    height: float
    rotation: int
    """Degrees clockwise: 0, 90, 180 or 270."""
    source: str
    words: list[WordOut]


class WordsOut(Schema):
    document_id: UUID
    pages: list[PageWordsOut]


def document_out(row: Document | DocumentView) -> DocumentOut:
    base = f"/v1/documents/{row.document_id}"
    return DocumentOut(
        document_id=row.document_id,
        process_id=row.process_id,
        file_name=row.file_name,
        file_size=row.file_size,
        mime_type=row.mime_type,
        sha256=row.sha256,
        page_count=row.page_count,
        status=row.status,
        classification=_classification(row.classification),
        ocr_confidence=_number(row.ocr_confidence),
        text_source=row.text_source,
        fraud_score=_number(row.fraud_score),
        fraud_flags=list(row.fraud_flags or []),
        error=ErrorOut(code=row.error_code, message=row.error_message) if row.error_code else None,
        links=DocumentLinks(
            self=base, file=f"{base}/file", pages=f"{base}/pages/{{n}}", words=f"{base}/words"
        ),
    )


def _classification(data: dict[str, Any] | None) -> ClassificationOut | None:
    if not data or "process_type_id" not in data:
        return None
    return ClassificationOut(
        process_type_id=data["process_type_id"], confidence=float(data.get("confidence", 0))
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
