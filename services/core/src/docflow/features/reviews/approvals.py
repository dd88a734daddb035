"""Approvals of a review, one after the other."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.approving import approved
from docflow.features.audit.messages import act_audit
from docflow.features.reviews.claims import OpenReview, show


async def note_approval(
    session: AsyncSession, review: OpenReview, by: str, at: datetime, known: Sequence[str]
) -> bool:
    """True when no further one is required. Else the review is free for a second person, and the first stands in the audit.

    `known` are the codes of errors it was given over. Raises as `approved` does.
    """
    approvals = approved(review.approvals, by)
    await session.execute(
        text(
            "UPDATE reviews SET approved_by = CAST(:given AS jsonb), version = version + 1,"
            " claimed_by = NULL, lease_until = NULL WHERE client_id = :client_id AND review_id = :review_id"
        ),
        {
            "given": json.dumps(approvals.given),
            "client_id": review.client_id,
            "review_id": review.review_id,
        },
    )
    if approvals.are_enough:
        return True
    session.add(
        act_audit(
            client_id=review.client_id,
            process_id=review.process_id,
            at=at,
            action="approval_given",
            by=by,
            payload={
                "approvals": len(approvals.given),
                "required": approvals.required,
                **({"over_errors": list(known)} if known else {}),
            },
        )
    )
    await show(session, review)
    return False
