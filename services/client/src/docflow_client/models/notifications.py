"""What people are told, where it goes, and the rules that tell it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from docflow_client.models.base import Answer


class Notification(Answer):
    """`is_read` is the caller's own; `for_me` = nobody else of the client has it."""

    notification_id: UUID
    type: str
    severity: str
    title: str
    message: str
    is_read: bool
    created_at: datetime
    process_id: UUID | None = None
    for_me: bool = False


class Unread(Answer):
    """`is_capped` = there may be more."""

    unread: int
    is_capped: bool = False


class NotificationPreferences(Answer):
    """Types to see in the portal and to get by letter; what comes within `email_window_s` is one letter, in `language`."""

    in_app: list[str]
    email: list[str]
    email_window_s: int
    language: str = "en"
    available: list[str] = []


class NotificationChannel(Answer):
    """`failing_since` and `last_error_code` are empty while messages arrive. The target itself is never shown."""

    channel_id: UUID
    kind: str
    name: str
    events: list[str]
    window_s: int
    is_active: bool
    version: int
    shown_target: str | None = None
    failing_since: datetime | None = None
    last_error_code: str | None = None
    last_delivered_at: datetime | None = None


class NotificationMessage(Answer):
    """`state` is pending, delivered or failed; `counts` tells how many notifications of each type are in it."""

    message_id: UUID
    state: str
    is_test: bool
    counts: dict[str, int]
    attempts: int
    created_at: datetime
    error_code: str | None = None
    finished_at: datetime | None = None


class AlertRule(Answer):
    """Either `metric` or `event`. `last_value` is None while there is nothing to judge by."""

    rule_id: UUID
    name: str
    comparison: str
    threshold: float
    window_s: int
    cool_down_s: int
    severity: str
    is_enabled: bool
    version: int
    metric: str | None = None
    event: str | None = None
    last_value: float | None = None
    last_evaluated_at: datetime | None = None
    last_fired_at: datetime | None = None


class AlertTrial(Answer):
    """What the rule would see now."""

    value: float | None
    would_fire: bool


class RuleFinding(Answer):
    code: str
    severity: str
    message: str
    field: str | None = None
    places: list[dict[str, Any]] = []


class CheckedRule(Answer):
    """One validation rule by its place. With a `problem` it cannot be used and was not tried."""

    rule: int
    problem: str | None
    findings: list[RuleFinding]
