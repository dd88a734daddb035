"""What waits, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_COUNTED = text(
    "WITH waiting AS (SELECT r.reasons, r.assignee, r.claimed_by, r.lease_until, r.created_at, r.is_blind_sample"
    " FROM reviews r WHERE r.client_id = :client_id AND r.status = 'open'),"
    " held AS (SELECT * FROM waiting WHERE NOT is_blind_sample),"
    " coded AS (SELECT c.code, count(*) AS reviews FROM held h CROSS JOIN LATERAL (SELECT DISTINCT reason ->> 'code' AS code"
    " FROM jsonb_array_elements(h.reasons) AS reason) c WHERE c.code IS NOT NULL GROUP BY c.code)"
    " SELECT count(*) AS open, min(h.created_at) AS oldest,"
    " count(*) FILTER (WHERE h.assignee = CAST(:person AS uuid)) AS assigned_to_me,"
    " count(*) FILTER (WHERE h.lease_until > :now AND h.claimed_by = CAST(:person AS uuid)) AS claimed_by_me,"
    " count(*) FILTER (WHERE h.lease_until > :now) AS claimed,"
    " (SELECT count(*) FROM waiting WHERE is_blind_sample) AS samples,"
    " (SELECT coalesce(jsonb_object_agg(coded.code, coded.reviews), '{}') FROM coded) AS reasons FROM held h"
)


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """`reasons` counts reviews by the code of a reason; one with two reasons counts under both."""

    open: int
    assigned_to_me: int
    claimed_by_me: int
    claimed: int
    samples: int
    oldest_at: datetime | None
    reasons: Mapping[str, int]


async def summary_of(
    session: AsyncSession, client_id: UUID, person: UUID | None, now: datetime
) -> ReviewSummary:
    """One pass over the client's open reviews."""
    rows = await session.execute(_COUNTED, {"client_id": client_id, "person": person, "now": now})
    row = rows.one()
    return ReviewSummary(
        open=row.open,
        assigned_to_me=row.assigned_to_me,
        claimed_by_me=row.claimed_by_me,
        claimed=row.claimed,
        samples=row.samples,
        oldest_at=row.oldest,
        reasons=row.reasons,
    )
