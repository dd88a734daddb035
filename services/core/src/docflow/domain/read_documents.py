"""The shapes in which a reading is kept: on the document, and on the process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from docflow.domain import fraud
from docflow.domain.confidence import overall_confidence
from docflow.domain.jobs import DocumentState
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Finding
from docflow.domain.output_schema import shape_of
from docflow.domain.reading import ReadField, Row


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One document of a process after reading; with `error` {code, message} there is nothing else.

    `fields` and `tables` are JSON as in the result; `data` holds the typed values in the schema's own shape.
    """

    document_id: UUID
    file_name: str
    text_source: str | None = None
    page_count: int | None = None
    fields: JsonObject = field(default_factory=dict)
    tables: JsonObject = field(default_factory=dict)
    data: JsonObject = field(default_factory=dict)
    fraud_flags: tuple[JsonObject, ...] = ()
    warnings: tuple[str, ...] = ()
    gaps: tuple[JsonObject, ...] = ()
    """What its pages show and the reading lacks, as in `completeness.Gap`."""
    classification: JsonObject | None = None
    cuts: tuple[JsonObject, ...] = ()
    """Pages on which another document seems to begin, each {"page", "score"}."""
    findings: tuple[JsonObject, ...] = ()
    """What a plugin found while it was read, as in `outcomes.Finding`."""
    error: JsonObject | None = None

    @classmethod
    def stored(cls, document: DocumentState) -> "ReadDocument":
        """What an earlier attempt kept."""
        kept = document.extracted_data or {}
        return cls(
            document_id=document.document_id,
            file_name=document.file_name,
            text_source=document.text_source,
            page_count=document.page_count,
            fields=kept.get("fields", {}),
            tables=kept.get("tables", {}),
            data=kept.get("data", {}),
            fraud_flags=document.fraud_flags,
            warnings=tuple(kept.get("warnings", ())),
            gaps=tuple(kept.get("gaps", ())),
            classification=document.classification,
            cuts=tuple(kept.get("cuts", ())),
            findings=tuple(kept.get("findings", ())),
        )

    def extracted_data(self) -> JsonObject:
        return {
            "fields": self.fields,
            "tables": self.tables,
            "data": self.data,
            "warnings": list(self.warnings),
            "gaps": list(self.gaps),
            **({"cuts": list(self.cuts)} if self.cuts else {}),
            **({"findings": list(self.findings)} if self.findings else {}),
        }

    def as_json(self) -> JsonObject:
        if self.error:
            return {"document_id": str(self.document_id), "file_name": self.file_name, "error": self.error}
        return {
            "document_id": str(self.document_id),
            "file_name": self.file_name,
            "text_source": self.text_source,
            "page_count": self.page_count,
            **self.extracted_data(),
        }


@dataclass(frozen=True, slots=True)
class Fraud:
    score: float

    @property
    def detected(self) -> bool:
        return self.score >= fraud.REVIEW_RISK


def failed_document(document: DocumentState, code: str, message: str) -> ReadDocument:
    return ReadDocument(document.document_id, document.file_name, error={"code": code, "message": message})


def extraction_result(read: Sequence[ReadDocument], primary: ReadDocument) -> JsonObject:
    return {
        "document_id": str(primary.document_id),
        "fields": primary.fields,
        "tables": primary.tables,
        "data": primary.data,
        "documents": [document.as_json() for document in read],
        "gaps": [gap for document in read for gap in document.gaps],
    }


def findings_of_reading(extraction: JsonObject) -> tuple[Finding, ...]:
    """Of every document, as noted in processes.extraction_result."""
    documents: Sequence[JsonObject] = extraction.get("documents") or ()
    return tuple(Finding.from_json(one) for document in documents for one in document.get("findings") or ())


def process_fraud(read: Sequence[ReadDocument]) -> Fraud:
    """The worst document's risk."""
    return Fraud(max((fraud.score_of(document.fraud_flags) for document in read), default=0.0))


def overall(schema: JsonObject, fields: JsonObject) -> float:
    """The weakest required field, of the primary document's; 0 when one is missing."""
    required = [spec for spec in shape_of(schema).fields if spec.required]
    confidences = []
    for spec in required:
        read = fields.get(spec.path) or {}
        confidences.append(read.get("confidence") if read.get("value") is not None else None)
    return round(overall_confidence(confidences), 4)


def fields_as_json(fields: Mapping[str, ReadField]) -> JsonObject:
    return {name: read.as_json() for name, read in fields.items()}


def tables_as_json(tables: Mapping[str, Sequence[Row]]) -> JsonObject:
    return {name: [fields_as_json(row) for row in rows] for name, rows in tables.items()}
