"""What the processes of a version came to: how many nobody had to touch, what was put right, cost and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Times and corrections are of processes that ended well; what a person wanted was corrected then.
_RECORDS = text(
    """
    SELECT p.config_version AS version, count(*) AS processes,
        count(*) FILTER (WHERE p.status = 'completed') AS completed,
        count(*) FILTER (WHERE p.status = 'failed') AS failed,
        count(*) FILTER (WHERE p.status = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE p.status = 'hitl_review') AS waiting,
        count(*) FILTER (WHERE p.status = 'completed' AND NOT reviewed.at_all) AS straight_through,
        coalesce(sum(corrected.fields), 0) AS corrected_fields,
        count(*) FILTER (WHERE corrected.fields > 0) AS corrected_processes,
        coalesce(sum(spent.micros), 0) AS cost_micros, coalesce(sum(spent.unknown), 0) AS calls_without_price,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY taken.seconds) AS seconds_p50,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY taken.seconds) AS seconds_p95,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY taken.seconds) FILTER (WHERE NOT reviewed.at_all)
            AS seconds_straight_p50
    FROM processes p
        CROSS JOIN LATERAL (SELECT EXISTS (
            SELECT 1 FROM reviews r
            WHERE r.client_id = p.client_id AND r.process_id = p.process_id AND NOT r.is_blind_sample
        ) AS at_all) reviewed
        CROSS JOIN LATERAL (SELECT count(DISTINCT c.field) AS fields FROM field_corrections c
            WHERE c.client_id = p.client_id AND c.process_id = p.process_id) corrected
        CROSS JOIN LATERAL (SELECT sum(l.cost_micros) AS micros, count(*) FILTER (WHERE l.cost_micros IS NULL) AS unknown
            FROM llm_calls l
            WHERE l.client_id = p.client_id AND l.process_id = p.process_id AND l.run_id IS NOT NULL) spent
        LEFT JOIN LATERAL (SELECT extract(epoch FROM p.completed_at - p.created_at) AS seconds
            WHERE p.status = 'completed') taken ON true
    WHERE p.client_id = :client_id AND p.process_type_id = :process_type_id AND p.config_version = ANY (:versions)
        AND p.created_at >= :since AND p.created_at < :until
    GROUP BY p.config_version
    """
)


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """Seconds are from acceptance to the end, of completed processes; None without one."""

    version: int
    processes: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    waiting: int = 0
    straight_through: int = 0
    corrected_fields: int = 0
    corrected_processes: int = 0
    cost_micros: int = 0
    calls_without_price: int = 0
    seconds_p50: float | None = None
    seconds_p95: float | None = None
    seconds_straight_p50: float | None = None

    @property
    def decided(self) -> int:
        """Processes of which it is known whether a person had to look."""
        return self.completed + self.failed + self.cancelled + self.waiting


async def records_of(
    session: AsyncSession,
    client_id: UUID,
    process_type_id: str,
    versions: Sequence[int],
    *,
    since: datetime,
    until: datetime,
) -> Mapping[int, VersionRecord]:
    """Of the processes that were accepted in that time; a version without any has a record of zeros."""
    rows = await session.execute(
        _RECORDS,
        {
            "client_id": client_id,
            "process_type_id": process_type_id,
            "versions": list(versions),
            "since": since,
            "until": until,
        },
    )
    found = {row.version: _record(row._asdict()) for row in rows}
    return {version: found.get(version, VersionRecord(version)) for version in versions}


def _record(row: Mapping[str, Any]) -> VersionRecord:
    return VersionRecord(**{name: _plain(name, value) for name, value in row.items()})


def _plain(name: str, value: Any) -> Any:
    if value is None or name.startswith("seconds_"):
        return None if value is None else float(value)
    return int(value)
