from collections.abc import Sequence
from dataclasses import asdict

from docflow.features.processes.throughput import ThroughputBy, ThroughputSum

from docflow_api.schemas.base import Schema


class ThroughputSumOut(Schema):
    """Processes by when they came in, as they stand now.

    `unseen` completed without a person, `reviewed` after one, `waiting` are held for one; of the `cancelled` a reviewer
    `rejected` so many; the rest of `received` is under way. `median_s` is the seconds from coming in to completion of the
    unseen ones.
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


class ThroughputOut(Schema):
    """`key` is a day, a month or a process type; null where a process has no type yet."""

    group_by: ThroughputBy
    data: list[ThroughputSumOut]


def throughput_out(group_by: ThroughputBy, sums: Sequence[ThroughputSum]) -> ThroughputOut:
    return ThroughputOut(group_by=group_by, data=[ThroughputSumOut(**asdict(each)) for each in sums])
