from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from docflow_client.models.base import Answer, Trouble
from docflow_client.models.documents import Document

FINAL = frozenset({"completed", "failed", "cancelled"})
_SETTLED = FINAL | {"hitl_review"}


class Reason(Answer):
    code: str
    field: str | None = None
    message: str = ""


class Field(Answer):
    """`confidence` is 0..1; `page` starts at 1; `box` is [x0, y0, x1, y1] in fractions of the page."""

    value: Any = None
    confidence: float | None = None
    page: int | None = None
    box: list[float] | None = None
    source: str | None = None


class Child(Answer):
    """What a part of a stack became."""

    process_id: UUID
    status: str
    process_type_id: str | None = None


class Result(Answer):
    fields_: dict[str, Field]
    tables: dict[str, list[dict[str, Field]]] = {}
    data: dict[str, Any] = {}
    summary: str | None = None
    children: list[Child] = []

    model_config = ConfigDict(extra="allow", frozen=True, alias_generator=lambda name: name.rstrip("_"))


class Process(Answer):
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
    metadata: dict[str, Any] = {}
    documents: list[Document] = []
    error: Trouble | None = None
    parent_process_id: UUID | None = None
    """The process that it was split from."""
    seller: str | None = None
    """Whom its document is of, and below what it is about: told by lists alone, to who may read results."""
    amount: str | None = None
    currency: str | None = None
    result: Result | None = None

    @property
    def is_settled(self) -> bool:
        """Final, or waiting for a person."""
        return self.status in _SETTLED


class ProcessEvent(Answer):
    """A small snapshot; the process itself has the rest."""

    process_id: UUID
    status: str
    current_stage: str
    version: int
    updated_at: datetime

    @property
    def is_settled(self) -> bool:
        return self.status in _SETTLED


class StageRun(Answer):
    run_id: UUID
    stage: str
    status: str
    attempt: int
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_ms: int | None = None
    error: Trouble | None = None


class HistoryEvent(Answer):
    type: str
    occurred_at: datetime
    stage: str | None = None
    attempt: int | None = None
    data: dict[str, Any] = {}


class ProposedCut(Answer):
    page: int
    score: float


class ProposedCuts(Answer):
    """Pages of a document on which another seems to begin."""

    document_id: UUID
    cuts: list[ProposedCut]


class Review(Answer):
    """`age_s` is the seconds since it was held; `claimed_until` the end of a reviewer's lease.

    `seller`, `amount` (a decimal) and `currency` as far as they were read. Of a blind sample (`is_sample`) nothing tells how sure anything was read.
    """

    process_id: UUID
    reasons: list[Reason]
    priority: int
    age_s: int
    process: Process
    review_id: UUID | None = None
    status: str = "open"
    is_sample: bool = False
    assignee: UUID | None = None
    assignee_name: str | None = None
    claimed_by: UUID | None = None
    claimed_by_name: str | None = None
    claimed_until: datetime | None = None
    seller: str | None = None
    amount: str | None = None
    currency: str | None = None
    cuts: list[ProposedCuts] = []
    approvals_required: int = 1
    approvals: int = 0


class Note(Answer):
    note_id: UUID
    text: str
    by: str
    at: datetime


class ReviewDetail(Review):
    """All that a review's screen shows; `process.version` is what corrections go by."""

    result: dict[str, Any] | None = None
    findings: list[dict[str, Any]] = []
    fields_asked: list[dict[str, Any]] = []
    tables_asked: list[dict[str, Any]] = []
    corrections: list[dict[str, Any]] = []
    notes: list[Note] = []
    approved_by: list[str] = []
    may_approve: bool = False
    threshold: float | None = None


class Corrected(Answer):
    """What the rules say of the values as they are now; go on with `version`."""

    process_id: UUID
    version: int
    reasons: list[Reason]
    findings: list[dict[str, Any]]
    result: dict[str, Any]
    overall_confidence: float | None = None


class ReviewSummary(Answer):
    """`reasons` counts open reviews by the code of a reason."""

    open: int
    assigned_to_me: int
    claimed_by_me: int
    claimed: int
    samples: int
    reasons: dict[str, int]
    oldest_age_s: int | None = None


class Reviewer(Answer):
    user_id: UUID
    email: str
    role: str
