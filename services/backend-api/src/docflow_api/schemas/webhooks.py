import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from docflow.domain.webhook_events import WebhookEvent
from docflow.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from docflow_api.schemas.base import Schema

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]{0,2000}")
_OURS = frozenset(
    {
        "host", "connection", "content-length", "content-type", "transfer-encoding", "accept-encoding", "te", "upgrade",
        "expect", "user-agent",
    }
)  # fmt: skip
MOST_HEADERS = 20

Url = Annotated[str, StringConstraints(min_length=8, max_length=2000, pattern=r"^https?://\S+$")]


def _each_once(events: list[WebhookEvent]) -> list[WebhookEvent]:
    return sorted(set(events))


def _headers(given: dict[str, str]) -> dict[str, str]:
    if len({name.lower() for name in given}) != len(given):
        raise ValueError("each header once")
    for name, value in given.items():
        if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError("a header has a name of letters and a value of printable ASCII")
        if name.lower() in _OURS or name.lower().startswith("webhook-"):
            raise ValueError("this header is set by the service")
    return given


Events = Annotated[list[WebhookEvent], AfterValidator(_each_once), Field(min_length=1, max_length=50)]
Headers = Annotated[dict[str, str], AfterValidator(_headers), Field(max_length=MOST_HEADERS)]
_EXAMPLE: dict[str, Any] = {
    "url": "https://hooks.example.com/docflow",
    "events": ["process.completed", "process.failed"],
    "headers": {"X-Api-Key": "a key of yours"},
}


class WebhookEndpointIn(Schema):
    """`headers` go along with every message; their values are kept sealed and never shown again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    url: Url
    """Must lead out of this network, unless the installation allows it."""
    events: Events
    """Which it is told of."""
    headers: Headers = {}  # noqa: RUF012 - pydantic copies it


class WebhookEndpointPatch(Schema):
    """What is left out stays as it is. `headers` replaces all of them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"state": "active"}]})

    url: Url | None = None
    events: Events | None = None
    headers: Headers | None = None
    state: Literal["active", "disabled"] | None = None
    """`active` starts one again that was disabled after its failures."""


class SecretRotation(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_s": 86400}]})

    overlap_s: int = Field(
        default=86_400, ge=0, le=30 * 86_400, strict=True, description="How long the old secret signs, too"
    )


class WebhookEndpointOut(Schema):
    """`failing_since` is when the failures began that no success has ended; after 5 days of them it is disabled."""

    endpoint_id: UUID
    url: str
    events: list[str]
    header_names: list[str]
    state: str
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_by: str | None
    created_at: datetime
    version: int


class WebhookEndpointMade(WebhookEndpointOut):
    """`secret` is shown this once; a repeated request gets the same answer without it."""

    secret: str | None = None


class CallbackOut(Schema):
    """What signs the messages to a process's `callback_url`."""

    secret: str
    old_secret_until: datetime | None
    version: int


class AttemptOut(Schema):
    """One try: the receiver's status, or the code of what went wrong before there was one."""

    at: datetime
    status: int | None
    error: str | None
    duration_ms: int


class DeliveryOut(Schema):
    delivery_id: UUID
    endpoint_id: UUID
    process_id: UUID | None
    event_type: str
    host: str = Field(description="Host and port of the receiver; its path and query may hold secrets")
    webhook_id: str = Field(description="The same over all tries and redeliveries")
    state: Literal["pending", "sending", "delivered", "failed"]
    attempts: list[AttemptOut]
    next_try_at: datetime | None = Field(description="While it is pending")
    created_at: datetime
    finished_at: datetime | None


def endpoint_out(row: WebhookEndpoint) -> WebhookEndpointOut:
    return WebhookEndpointOut(
        endpoint_id=row.endpoint_id,
        url=row.url or "",
        events=row.events,
        header_names=sorted(row.headers),
        state=row.state,
        failing_since=row.failing_since,
        old_secret_until=row.old_secret_until,
        created_by=row.created_by,
        created_at=row.created_at,
        version=row.version,
    )


def delivery_out(row: WebhookDelivery) -> DeliveryOut:
    return DeliveryOut.model_validate(
        {
            "delivery_id": row.delivery_id,
            "endpoint_id": row.endpoint_id,
            "process_id": row.process_id,
            "event_type": row.event_type,
            "host": row.url.split("/")[2].rpartition("@")[2],
            "webhook_id": row.webhook_id,
            "state": row.state,
            "attempts": row.attempts,
            "next_try_at": row.available_at if row.state == "pending" else None,
            "created_at": row.created_at,
            "finished_at": row.finished_at,
        }
    )
