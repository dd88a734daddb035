from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from docflow.domain.json_types import JsonObject
from docflow.features.reviews.models import Review
from pydantic import BaseModel, ConfigDict, Field

from docflow_api.schemas.processes import ProcessOut, ReasonOut
from docflow_api.schemas.splits import ProposedCuts


class DecisionWord(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    SEND_BACK = "send_back"


class ReviewDecision(BaseModel):
    """`corrections` maps the dotted name of a field to its right value; it becomes source `human`, confidence 1.

    `process_type_id` gives the process its type, or another one, with `approve` or `send_back`: its documents are read as
    that type and come back for review if need be. A process whose type was not certain cannot be approved without it.
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


class ReviewOut(BaseModel):
    """`age_s` is the seconds since it was held."""

    review_id: UUID
    process_id: UUID
    reasons: list[ReasonOut]
    priority: int
    age_s: int
    assignee: UUID | None
    claimed_by: UUID | None
    claimed_until: datetime | None
    version: int
    created_at: datetime
    cuts: list[ProposedCuts]
    """Where its files seem to hold several documents."""
    process: ProcessOut


def review_out(row: Review, process: ProcessOut, now: datetime, cuts: Sequence[JsonObject] = ()) -> ReviewOut:
    return ReviewOut(
        review_id=row.review_id,
        process_id=row.process_id,
        reasons=[ReasonOut.model_validate(reason) for reason in row.reasons or []],
        priority=row.priority,
        age_s=max(0, int((now - row.created_at).total_seconds())),
        assignee=row.assignee,
        claimed_by=row.claimed_by,
        claimed_until=row.lease_until,
        version=row.version,
        created_at=row.created_at,
        cuts=[ProposedCuts.model_validate(one) for one in cuts],
        process=process,
    )
