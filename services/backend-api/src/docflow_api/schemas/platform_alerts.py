from datetime import datetime
from typing import Any
from uuid import UUID

from docflow.features.notification_channels.models import ChannelKind
from docflow.features.platform_alerts.models import PlatformChannel, PlatformMetric
from pydantic import ConfigDict

from docflow_api.schemas.alert_rules import AlertRuleIn
from docflow_api.schemas.base import Schema
from docflow_api.schemas.notification_channels import Address, Name

_EXAMPLE: dict[str, Any] = {"name": "runs die", "metric": "dead_runs", "threshold": 10, "window_s": 3600}


class PlatformAlertRuleIn(AlertRuleIn):
    """Over all clients. Exactly one of `metric` and `event`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    metric: PlatformMetric | None = None  # type: ignore[assignment]


class PlatformChannelIn(Schema):
    """`target` is an e-mail address, or the address that the service gave out. Kept sealed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"kind": "email", "name": "operations", "target": "ops@example.com"}]
        },
    )

    kind: ChannelKind
    name: Name
    target: Address


class PlatformChannelOut(Schema):
    """`failing_since` and `last_error_code` are empty while messages arrive. The target itself is never shown."""

    channel_id: UUID
    kind: str
    name: str
    shown_target: str
    failing_since: datetime | None
    last_error_code: str | None
    last_delivered_at: datetime | None
    created_by: str
    created_at: datetime


def platform_channel_out(row: PlatformChannel) -> PlatformChannelOut:
    return PlatformChannelOut(
        channel_id=row.channel_id,
        kind=row.kind,
        name=row.name,
        shown_target=row.shown_target,
        failing_since=row.failing_since,
        last_error_code=row.last_error_code,
        last_delivered_at=row.last_delivered_at,
        created_by=row.created_by,
        created_at=row.created_at,
    )
