from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from docflow.domain.gist import Gist
from docflow.domain.json_types import JsonObject
from docflow.features.reviews.models import Review
from docflow.features.reviews.people import Reviewer
from docflow.features.reviews.summary import ReviewSummary
from pydantic import ConfigDict, Field, StrictBool

from docflow_api.schemas.base import Schema
from docflow_api.schemas.processes import ProcessOut, ReasonOut
from docflow_api.schemas.splits import ProposedCuts


class DecisionWord(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    SEND_BACK = "send_back"


class ReviewDecision(Schema):
    """`corrections` maps the dotted name of a field to its right value, or that of a table to all its rows; they become
    source `human`, confidence 1, as if they had been saved before.

    `process_type_id` gives the process its type, or another one, with `approve` or `send_back`: its documents are read as
    that type and come back for review if need be. A process whose type was not certain cannot be approved without it.

    `override` says that findings which still stand are known; where two people must approve, an approval over errors needs it,
    and a reason.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve", "corrections": {"grand_total": "119.00"}},
                {"decision": "reject", "reason": "not an invoice"},
            ]
        }
    )

    decision: DecisionWord
    reason: str = Field(default="", max_length=2000)
    process_type_id: str | None = Field(default=None, max_length=100)
    corrections: dict[str, Any] = Field(default_factory=dict, max_length=500)
    override: StrictBool = False


class ReviewOut(Schema):
    """`age_s` is the seconds since it was held. `claimed_by` is a person's or a key's id while `claimed_until` is to come.

    Of a blind sample (`is_sample`) nothing tells how sure anything was read.
    """

    review_id: UUID
    process_id: UUID
    status: str
    is_sample: bool
    reasons: list[ReasonOut]
    priority: int
    age_s: int
    assignee: UUID | None
    assignee_name: str | None
    claimed_by: UUID | None
    claimed_by_name: str | None
    claimed_until: datetime | None
    approvals_required: int
    approvals: int
    version: int
    created_at: datetime
    seller: str | None
    """Whom the document is of, as far as it was read."""
    amount: str | None
    """What it is about, as a plain decimal: an invoice's total."""
    currency: str | None
    cuts: list[ProposedCuts]
    """Where its files seem to hold several documents."""
    process: ProcessOut


class ReviewSummaryOut(Schema):
    """`reasons` counts open reviews by the code of a reason; one with two reasons counts under both."""

    open: int
    assigned_to_me: int
    claimed_by_me: int
    claimed: int
    samples: int
    oldest_age_s: int | None
    reasons: dict[str, int]


class ReviewerOut(Schema):
    user_id: UUID
    email: str
    role: str


class ReviewersOut(Schema):
    data: list[ReviewerOut]


def review_out(
    row: Review,
    process: ProcessOut,
    now: datetime,
    *,
    names: Mapping[UUID, str],
    gist: Gist,
    cuts: Sequence[JsonObject],
) -> ReviewOut:
    is_claimed = row.claimed_by is not None and row.lease_until is not None and row.lease_until > now
    holder = row.claimed_by if is_claimed else None
    return ReviewOut(
        review_id=row.review_id,
        process_id=row.process_id,
        status=row.status,
        is_sample=row.is_blind_sample,
        reasons=[ReasonOut.model_validate(reason) for reason in row.reasons or []],
        priority=row.priority,
        age_s=max(0, int((now - row.created_at).total_seconds())),
        assignee=row.assignee,
        assignee_name=names.get(row.assignee) if row.assignee else None,
        claimed_by=holder,
        claimed_by_name=names.get(holder) if holder else None,
        claimed_until=row.lease_until if holder else None,
        approvals_required=row.approvals_required,
        approvals=len(row.approved_by or ()),
        version=row.version,
        created_at=row.created_at,
        seller=gist.seller,
        amount=gist.amount,
        currency=gist.currency,
        cuts=[ProposedCuts.model_validate(one) for one in cuts],
        process=blind(process) if row.is_blind_sample else process,
    )


def blind(process: ProcessOut) -> ProcessOut:
    """Without what tells how sure the reading was."""
    documents = [
        document.model_copy(
            update={
                "ocr_confidence": None,
                "fraud_score": None,
                "fraud_flags": [],
                "classification": None,
            }
        )
        for document in process.documents
    ]
    return process.model_copy(
        update={"overall_confidence": None, "review_reasons": [], "documents": documents}
    )


def summary_out(found: ReviewSummary, now: datetime) -> ReviewSummaryOut:
    oldest = found.oldest_at
    return ReviewSummaryOut(
        open=found.open,
        assigned_to_me=found.assigned_to_me,
        claimed_by_me=found.claimed_by_me,
        claimed=found.claimed,
        samples=found.samples,
        oldest_age_s=None if oldest is None else max(0, int((now - oldest).total_seconds())),
        reasons=dict(found.reasons),
    )


def reviewer_out(found: Reviewer) -> ReviewerOut:
    return ReviewerOut(user_id=found.user_id, email=found.email, role=found.role.value)
