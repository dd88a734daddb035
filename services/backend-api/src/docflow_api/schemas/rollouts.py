from datetime import datetime
from uuid import UUID

from docflow.domain.shares import ShareDifference, difference_of
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.configurations.records import VersionRecord
from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema
from docflow_api.schemas.configurations import ConfigurationOut


class CanaryIn(Schema):
    """Of 100 new processes so many go to it; which ones, their ids decide."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"percent": 10}]})

    percent: int = Field(strict=True, ge=1, le=99)


class RollbackOut(Schema):
    """New processes go to `in_force` from now on; running ones keep their version."""

    retired: ConfigurationOut
    in_force: ConfigurationOut


class VersionRecordOut(Schema):
    """Of the processes of one version. Shares are 0..1, of those that ended or wait for a person; null without any.

    `seconds_...` are from acceptance to the end, of completed processes. `cost_micros` leaves out the calls of
    `calls_without_price`.
    """

    config_id: UUID
    version: int
    processes: int
    completed: int
    failed: int
    cancelled: int
    waiting: int
    straight_through: int
    straight_through_rate: float | None
    corrected_processes: int
    corrected_fields: int
    correction_rate: float | None
    cost_micros: int
    cost_micros_per_process: float | None
    calls_without_price: int
    seconds_p50: float | None
    seconds_p95: float | None
    seconds_straight_p50: float | None


class ShareDifferenceOut(Schema):
    """This one minus `against`; `low` and `high` hold it with 95 % confidence."""

    difference: float
    low: float
    high: float


class VersionComparisonOut(Schema):
    since: datetime
    until: datetime
    this: VersionRecordOut
    against: VersionRecordOut
    straight_through: ShareDifferenceOut | None
    corrected: ShareDifferenceOut | None


def comparison_out(
    this: tuple[ConfigurationRow, VersionRecord],
    against: tuple[ConfigurationRow, VersionRecord],
    since: datetime,
    until: datetime,
) -> VersionComparisonOut:
    ours, theirs = this[1], against[1]
    return VersionComparisonOut(
        since=since,
        until=until,
        this=_record_out(*this),
        against=_record_out(*against),
        straight_through=_difference_out(
            difference_of((ours.straight_through, ours.decided), (theirs.straight_through, theirs.decided))
        ),
        corrected=_difference_out(
            difference_of(
                (ours.corrected_processes, ours.decided), (theirs.corrected_processes, theirs.decided)
            )
        ),
    )


def _record_out(row: ConfigurationRow, record: VersionRecord) -> VersionRecordOut:
    return VersionRecordOut(
        config_id=row.config_id,
        version=row.version,
        processes=record.processes,
        completed=record.completed,
        failed=record.failed,
        cancelled=record.cancelled,
        waiting=record.waiting,
        straight_through=record.straight_through,
        straight_through_rate=_share(record.straight_through, record.decided),
        corrected_processes=record.corrected_processes,
        corrected_fields=record.corrected_fields,
        correction_rate=_share(record.corrected_processes, record.decided),
        cost_micros=record.cost_micros,
        cost_micros_per_process=_share(record.cost_micros, record.processes),
        calls_without_price=record.calls_without_price,
        seconds_p50=record.seconds_p50,
        seconds_p95=record.seconds_p95,
        seconds_straight_p50=record.seconds_straight_p50,
    )


def _difference_out(one: ShareDifference | None) -> ShareDifferenceOut | None:
    if one is None:
        return None
    return ShareDifferenceOut(
        difference=round(one.difference, 4), low=round(one.low, 4), high=round(one.high, 4)
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
