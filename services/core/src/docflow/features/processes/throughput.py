"""How many processes came in, and what became of them, by day, month or process type."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Double, String, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.stages import ProcessStatus
from docflow.features.processes.models import Process


class ThroughputBy(StrEnum):
    DAY = "day"
    MONTH = "month"
    PROCESS_TYPE = "process_type"


@dataclass(frozen=True, slots=True)
class ThroughputSum:
    """Processes by when they came in, as they stand now; a key's `key` is None where there is no type yet.

    `unseen` completed without a person, `reviewed` completed after one looked, `waiting` are held for one now.
    Of the `cancelled` a reviewer `rejected` so many.
    `median_s` is from coming in to completion of the unseen ones, in seconds; None where there are none.
    """

    key: str | None
    received: int
    unseen: int
    reviewed: int
    waiting: int
    failed: int
    cancelled: int
    rejected: int
    median_s: float | None


_FORMS = {ThroughputBy.DAY: "YYYY-MM-DD", ThroughputBy.MONTH: "YYYY-MM"}


async def throughput_sums(
    session: AsyncSession, client_id: UUID, *, since: datetime, until: datetime, group_by: ThroughputBy
) -> Sequence[ThroughputSum]:
    """In the order of the keys, days in UTC; `until` is exclusive. Reads the span's rows by the list's index."""
    key = _key(group_by)
    query = (
        select(key.label("key"), *_sums())
        .where(Process.client_id == client_id, Process.created_at >= since, Process.created_at < until)
        .group_by(key)
        .order_by(key.nulls_last())
    )
    return [ThroughputSum(**row) for row in (await session.execute(query)).mappings()]


def _key(group_by: ThroughputBy) -> ColumnElement[str | None]:
    if group_by in _FORMS:
        return func.to_char(func.timezone("UTC", Process.created_at), _FORMS[group_by])
    return cast(Process.process_type_id, String)


def _sums() -> list[ColumnElement[int] | ColumnElement[float]]:
    completed = Process.status == ProcessStatus.COMPLETED.value
    unseen = completed & Process.reviewed_at.is_(None)
    cancelled = Process.status == ProcessStatus.CANCELLED.value
    lasted = func.extract("epoch", Process.completed_at - Process.created_at)
    # An aggregate of an ordered set skips what is null.
    of_unseen = cast(case((unseen, lasted)), Double)
    return [
        func.count().label("received"),
        func.count().filter(unseen).label("unseen"),
        func.count().filter(completed & Process.reviewed_at.is_not(None)).label("reviewed"),
        func.count().filter(Process.status == ProcessStatus.HITL_REVIEW.value).label("waiting"),
        func.count().filter(Process.status == ProcessStatus.FAILED.value).label("failed"),
        func.count().filter(cancelled).label("cancelled"),
        func.count().filter(cancelled & (Process.error_code == "rejected")).label("rejected"),
        func.percentile_cont(0.5).within_group(of_unseen).label("median_s"),
    ]
