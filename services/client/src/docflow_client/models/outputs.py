"""What goes out: output actions, webhook endpoints and their messages, secrets by name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from docflow_client.models.base import Answer


class OutputAction(Answer):
    """`status` is pending, executing, completed, failed or retrying."""

    action_id: UUID
    process_id: UUID
    position: int
    action_type: str
    status: str
    retry_count: int = 0
    max_retries: int = 0
    result: dict[str, Any] | None = None
    error_message: str | None = None
    next_try_at: datetime | None = None


class WebhookEndpoint(Answer):
    """`secret` is there once, in the answers to its creation and rotation."""

    endpoint_id: UUID
    url: str
    events: list[str]
    state: str
    version: int
    header_names: list[str] = []
    failing_since: datetime | None = None
    old_secret_until: datetime | None = None
    secret: str | None = None


class CallbackSecret(Answer):
    """What signs the messages to a process's `callback_url`."""

    secret: str
    version: int
    old_secret_until: datetime | None = None


class WebhookAttempt(Answer):
    at: datetime
    status: int | None = None
    error: str | None = None
    duration_ms: int = 0


class WebhookDelivery(Answer):
    """`state` is pending, sending, delivered or failed; `webhook_id` stays the same over all tries."""

    delivery_id: UUID
    endpoint_id: UUID
    event_type: str
    webhook_id: str
    state: str
    process_id: UUID | None = None
    attempts: list[WebhookAttempt] = []
    next_try_at: datetime | None = None


class Outputs(Answer):
    """What goes out for one process."""

    actions: list[OutputAction]
    deliveries: list[WebhookDelivery]


class Secret(Answer):
    """A secret's name; its value is never shown."""

    name: str
    set_by: str
    updated_at: datetime
