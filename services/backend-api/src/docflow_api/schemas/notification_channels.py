from datetime import datetime
from typing import Annotated
from uuid import UUID

from docflow.domain.json_types import JsonObject
from docflow.domain.secret_references import NAME
from docflow.features.notification_channels.models import (
    ChannelKind,
    NotificationChannel,
    NotificationMessage,
)
from pydantic import ConfigDict, Field, StringConstraints

from docflow_api.schemas.base import Schema
from docflow_api.schemas.notifications import Wanted

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1_000)]
Window = Annotated[int, Field(strict=True, ge=0, le=86_400)]


class SecretReference(Schema):
    """A secret of the client by its name, filled in when it is used."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"$secret": "SLACK_HOOK"}]})

    name: str = Field(alias="$secret", pattern=f"^{NAME}$")


Target = Address | SecretReference


class NotificationChannelIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "email",
                    "name": "accounts payable",
                    "target": "ap@example.com",
                    "events": ["hitl_required", "alert"],
                    "window_s": 60,
                }
            ]
        },
    )

    kind: ChannelKind
    name: Name
    target: Target = Field(
        description="An e-mail address, or the address that the service gave out, which is kept sealed; or a secret's name"
    )
    events: Wanted
    window_s: Window = Field(default=60, description="What comes within it is one message")


class NotificationChannelPatch(Schema):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"events": ["alert"]}]})

    name: Name | None = None
    target: Target | None = None
    events: Wanted | None = None
    window_s: Window | None = None
    is_active: bool | None = Field(default=None, strict=True)


class NotificationChannelOut(Schema):
    """`failing_since` and `last_error_code` are empty while messages arrive. The target itself is never shown."""

    channel_id: UUID
    kind: str
    name: str
    shown_target: str | None
    events: list[str]
    window_s: int
    is_active: bool
    failing_since: datetime | None
    last_error_code: str | None
    last_delivered_at: datetime | None
    created_by: str | None
    created_at: datetime
    version: int


class NotificationMessageOut(Schema):
    """`counts` tells how many notifications of each type are in it; `available_at` when it is (or was) due."""

    message_id: UUID
    state: str
    is_test: bool
    counts: dict[str, int]
    attempts: int
    error_code: str | None
    available_at: datetime
    finished_at: datetime | None
    created_at: datetime


def given_target(target: Target) -> str | JsonObject:
    return target if isinstance(target, str) else target.model_dump(by_alias=True)


def channel_out(row: NotificationChannel) -> NotificationChannelOut:
    return NotificationChannelOut(
        channel_id=row.channel_id,
        kind=row.kind,
        name=row.name,
        shown_target=row.shown_target,
        events=list(row.events),
        window_s=row.window_s,
        is_active=row.state == "active",
        failing_since=row.failing_since,
        last_error_code=row.last_error_code,
        last_delivered_at=row.last_delivered_at,
        created_by=row.created_by,
        created_at=row.created_at,
        version=row.version,
    )


def message_out(row: NotificationMessage) -> NotificationMessageOut:
    return NotificationMessageOut(
        message_id=row.message_id,
        state=row.state,
        is_test=row.is_test,
        counts=dict(row.counts),
        attempts=row.attempt,
        error_code=row.error_code,
        available_at=row.available_at,
        finished_at=row.finished_at,
        created_at=row.created_at,
    )
