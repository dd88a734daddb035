"""What reviewers decided, as labels: a field kept is right, one that was changed was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.confidence import Weighed
from docflow.domain.typing_values import same

MOST_REVIEWS = 5_000
"""The newest reviews of a client; older ones tell of an older reader."""
BLIND_SHARE = 0.03
"""So few of what passed unseen come before a person. Each stands for all the others, or only doubtful fields would count."""

_LABELS = text(
    "WITH decided AS (SELECT r.process_id, bool_and(r.is_blind_sample) AS is_blind,"
    " max(r.sample_share) AS share, max(r.decided_at) AS decided_at"
    " FROM reviews r WHERE r.client_id = :client_id AND r.status = 'decided' AND r.decision = 'approve'"
    " AND EXISTS (SELECT 1 FROM processes o WHERE o.client_id = r.client_id AND o.process_id = r.process_id"
    " AND (CAST(:process_type_id AS text) IS NULL OR o.process_type_id = :process_type_id)"
    " AND (CAST(:config_version AS integer) IS NULL OR o.config_version = :config_version))"
    " GROUP BY r.process_id ORDER BY max(r.decided_at) DESC LIMIT :most)"
    " SELECT d.process_id, d.is_blind, d.share, d.decided_at, p.process_type_id, p.config_version, f.key AS path,"
    " s.first -> 'evidence' AS evidence, coalesce(s.first #> '{read,confidence}', s.first -> 'confidence') AS confidence,"
    " coalesce(s.first #> '{read,value}', s.first -> 'value') AS read,"
    # A sample's process stays as it was read: what is right stands in the corrections alone.
    " coalesce(CASE WHEN d.is_blind THEN s.last -> 'value' END, f.value -> 'value') AS final"
    " FROM decided d JOIN processes p ON p.client_id = :client_id AND p.process_id = d.process_id"
    " CROSS JOIN LATERAL jsonb_each(CASE jsonb_typeof(p.extraction_result -> 'fields') WHEN 'object'"
    " THEN p.extraction_result -> 'fields' ELSE '{}'::jsonb END) f"
    " CROSS JOIN LATERAL (SELECT coalesce((array_agg(k.before ORDER BY k.created_at, k.correction_id))[1], f.value) AS first,"
    " (array_agg(k.after ORDER BY k.created_at DESC, k.correction_id DESC))[1] AS last FROM field_corrections k"
    " WHERE k.client_id = :client_id AND k.process_id = d.process_id AND k.field = f.key) s"
    " WHERE jsonb_typeof(s.first -> 'evidence') = 'object'"
)


@dataclass(frozen=True, slots=True)
class Label:
    """One field of one reviewed process. `confidence` is the one it was judged by, before the person saw it.

    `weight` is 1, and the inverse of the share for a blind sample.
    """

    process_id: UUID
    process_type_id: str
    config_version: int
    path: str
    weighed: Weighed
    confidence: float
    is_right: bool
    weight: float
    decided_at: datetime


async def labels_of(
    session: AsyncSession,
    client_id: UUID,
    *,
    process_type_id: str | None = None,
    config_version: int | None = None,
    most: int = MOST_REVIEWS,
) -> Sequence[Label]:
    """Those of the client's newest reviews, in the order in which they were decided; the session is bound to it."""
    rows = await session.execute(
        _LABELS,
        {
            "client_id": client_id,
            "most": most,
            "process_type_id": process_type_id,
            "config_version": config_version,
        },
    )
    labels = [
        Label(
            process_id=row.process_id,
            process_type_id=row.process_type_id,
            config_version=row.config_version,
            path=row.path,
            weighed=Weighed.from_json(row.evidence),
            confidence=float(row.confidence or 0),
            is_right=same(row.read, row.final),
            weight=_weight(row.share) if row.is_blind else 1.0,
            decided_at=row.decided_at,
        )
        for row in rows
        if row.process_type_id is not None and row.config_version is not None
    ]
    return sorted(labels, key=lambda one: (one.decided_at, one.process_id, one.path))


def _weight(share: Decimal | None) -> float:
    """The share that was in force when it was sampled."""
    return 1 / float(share) if share else 1 / BLIND_SHARE
