from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from docflow.domain.gist import Gist
from docflow.domain.stages import IngestionSource
from docflow.features.documents.models import Document
from docflow.features.processes.models import Process
from docflow.features.processes.view import DocumentView, ProcessView
from docflow.features.stage_runs.models import StageRun
from pydantic import ConfigDict, Field, model_validator

from docflow_api.schemas.base import Schema
from docflow_api.schemas.documents import DocumentOut, ErrorOut, document_out


class ReasonOut(Schema):
    """Why a person must look; `field` is a dotted path of the output schema."""

    model_config = ConfigDict(extra="allow")

    code: str
    field: str | None = None
    message: str = ""


class ProcessLinks(Schema):
    self: str
    result: str
    events: str
    stages: str
    audit: str
    children: str
    """The processes that were split from it."""


class ProcessOut(Schema):
    process_id: UUID
    client_id: UUID
    process_type_id: str | None
    """Null until the documents have told it."""
    config_version: int | None
    """Of the configuration that it is read by, for life."""
    status: str
    current_stage: str
    overall_confidence: float | None
    """0..1; null before its values are read."""
    requires_review: bool
    """It waits for a person now."""
    review_reasons: list[ReasonOut]
    ingestion_source: str
    external_id: str | None
    """The caller's own."""
    metadata: dict[str, Any]
    """As it was handed in."""
    documents: list[DocumentOut]
    total_tokens_input: int
    """Of all model calls; kept answers cost none."""
    total_tokens_output: int
    error: ErrorOut | None
    """Of a failed one."""
    parent_process_id: UUID | None
    """Of a process that came out of a split."""
    created_by: str | None
    """`user:<id>` or `key:<id>`."""
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    """When it ended, however it did."""
    version: int
    """Counts its changes; it is the ETag."""
    links: ProcessLinks


class ListedProcessOut(ProcessOut):
    """The process as a list shows it, with the gist of what was read; null for a caller without `results:read`."""

    seller: str | None
    """Whom the document is of: the first value of a field with `x-role` sender."""
    amount: str | None
    """What it is about, as a plain decimal."""
    currency: str | None


class ResultOut(Schema):
    """`fields` and `tables` come from the primary document; `data` satisfies the configuration's output schema.

    `summary` is a model's, where the configuration wishes for one; every figure in it is one of the values.
    """

    model_config = ConfigDict(extra="allow")

    process_id: UUID
    process_type_id: str | None
    status: str
    overall_confidence: float | None
    summary: str | None = None
    fields: dict[str, Any]
    """By dotted name: `value`, `confidence`, `source`, `page`, `box` and `checks`, in the order of the schema."""
    tables: dict[str, Any]
    """By name the rows, each an object of columns like fields."""
    documents: list[dict[str, Any]]
    """What was read of each file."""
    children: list[dict[str, Any]] = []  # noqa: RUF012 - pydantic copies it
    """Of a process that was split: its parts."""
    """Of a process that was split: what its parts became, each with `process_id`, `status`, `process_type_id`."""
    data: dict[str, Any]
    validation: dict[str, Any] | None
    """The findings of schema, rules, plugins and completeness."""
    classification: dict[str, Any] | None
    """Which type it was taken for, and how surely."""


class SettledProcessOut(ProcessOut):
    """The process with its result, when the wait was long enough. A failed or cancelled one has no result."""

    result: ResultOut | None


class SentDocument(Schema):
    """A file of a JSON body: exactly one of `base64` (with `file_name`), `url` and `upload_id`."""

    model_config = ConfigDict(extra="forbid")

    file_name: str | None = Field(default=None, max_length=1024)
    """Of `base64`; else from the address or the upload."""
    base64: str | None = None
    """The file itself."""
    url: str | None = Field(default=None, max_length=2048)
    """It is fetched from there, under the guard for outgoing calls."""
    upload_id: UUID | None = None
    """Of a file sent by `POST /v1/uploads`."""
    mime_type: str = Field(default="", max_length=200)
    """A hint; what the file is its bytes tell."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in self._sources()) != 1:
            raise ValueError(f"exactly one of {', '.join(self.source_names)}")
        if self.base64 is not None and self.file_name is None:
            raise ValueError("base64 needs a file_name")
        return self

    source_names: ClassVar[tuple[str, ...]] = ("base64", "url", "upload_id")

    def _sources(self) -> list[object]:
        return [getattr(self, name) for name in self.source_names]


class ProcessIn(Schema):
    """The JSON form of a submission."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "process_type_id": "simple_invoice",
                    "documents": [{"file_name": "invoice.txt", "base64": "SW52b2ljZSAxCg=="}],
                    "external_id": "order-4711",
                    "metadata": {"channel": "mail"},
                }
            ]
        },
    )

    process_type_id: str | None = Field(default=None, max_length=100)
    """Left out or `auto` = the documents tell."""
    documents: list[SentDocument] = Field(min_length=1)
    """One process for all of them."""
    ingestion_source: IngestionSource = IngestionSource.API
    """Which way it came, for filters and figures."""
    metadata: dict[str, Any] = Field(default_factory=dict)
    """A JSON object of at most 50 keys, given back as it is."""
    callback_url: str | None = None
    """Is sent this process's events, signed like those of webhooks."""
    external_id: str | None = None
    """Your own id of it, up to 255 characters; lists find it."""


class StageOut(Schema):
    run_id: UUID
    stage: str
    step: str
    status: str
    attempt: int
    """From 1; each start counts, also after a worker died."""
    failures: int
    """Tries that ended in an error."""
    available_at: datetime
    """Not before."""
    started_at: datetime | None
    finished_at: datetime | None
    duration_ms: int | None
    error: ErrorOut | None
    tokens_input: int
    tokens_output: int


class StagesOut(Schema):
    data: list[StageOut]


class EventOut(Schema):
    """One thing that happened to a process, in the order of time."""

    type: str
    occurred_at: datetime
    stage: str | None
    attempt: int | None
    data: dict[str, Any]


class EventsOut(Schema):
    data: list[EventOut]


def process_out(
    row: Process | ProcessView, documents: Sequence[Document] | Sequence[DocumentView]
) -> ProcessOut:
    base = f"/v1/processes/{row.process_id}"
    return ProcessOut(
        process_id=row.process_id,
        client_id=row.client_id,
        process_type_id=row.process_type_id,
        config_version=row.config_version,
        status=row.status,
        current_stage=row.current_stage,
        overall_confidence=None if row.overall_confidence is None else float(row.overall_confidence),
        requires_review=row.requires_review,
        review_reasons=[ReasonOut.model_validate(reason) for reason in row.review_reasons or []],
        ingestion_source=row.ingestion_source,
        external_id=row.external_id,
        metadata=row.metadata_ or {},
        documents=[document_out(document) for document in documents],
        total_tokens_input=row.total_tokens_input,
        total_tokens_output=row.total_tokens_output,
        error=ErrorOut(code=row.error_code, message=row.error_message) if row.error_code else None,
        parent_process_id=row.parent_process_id,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        completed_at=row.completed_at,
        version=row.version,
        links=ProcessLinks(
            self=base,
            result=f"{base}/result",
            events=f"{base}/events",
            stages=f"{base}/stages",
            audit=f"{base}/audit",
            children=f"/v1/processes?parent_process_id={row.process_id}",
        ),
    )


def listed_out(row: Process, documents: Sequence[Document], gist: Gist) -> ListedProcessOut:
    shown = process_out(row, documents)
    return ListedProcessOut(**dict(shown), seller=gist.seller, amount=gist.amount, currency=gist.currency)


def stage_out(run: StageRun) -> StageOut:
    return StageOut(
        run_id=run.run_id,
        stage=run.stage,
        step=run.step,
        status=run.status,
        attempt=run.attempt,
        failures=run.failures,
        available_at=run.available_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        duration_ms=run.duration_ms,
        error=ErrorOut(code=run.error_code, message=run.error_message) if run.error_code else None,
        tokens_input=run.tokens_input,
        tokens_output=run.tokens_output,
    )
