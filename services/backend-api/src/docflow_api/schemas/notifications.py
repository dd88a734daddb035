from datetime import datetime
from typing import Annotated
from uuid import UUID

from docflow.domain.notifying import WANTABLE, Language, Told
from docflow.features.notifications.inbox import Seen
from docflow.features.notifications.preferences import LETTER_WINDOW_S, Preferences
from pydantic import AfterValidator, ConfigDict, Field

from docflow_api.schemas.base import Schema


class NotificationOut(Schema):
    """`is_read` is the caller's own; `for_me` = nobody else of the client has it."""

    notification_id: UUID
    type: str
    severity: str
    title: str
    message: str
    process_id: UUID | None
    for_me: bool
    is_read: bool
    created_at: datetime


class UnreadOut(Schema):
    """Counted up to 1,000: `is_capped` = there may be more."""

    unread: int
    is_capped: bool


def _wantable(types: list[Told]) -> list[Told]:
    if any(told not in WANTABLE for told in types):
        raise ValueError("this type cannot be asked for")
    return types


Wanted = Annotated[list[Told], AfterValidator(_wantable), Field(max_length=20)]


class NotificationPreferencesIn(Schema):
    """Without `language` that of the letters stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "in_app": ["hitl_required", "alert"],
                    "email": ["alert"],
                    "email_window_s": 300,
                    "language": "de",
                }
            ]
        },
    )

    in_app: Wanted
    email: Wanted
    email_window_s: int = Field(default=LETTER_WINDOW_S, strict=True, ge=0, le=86_400)
    language: Language | None = None


class NotificationPreferencesOut(Schema):
    """What comes within `email_window_s` is one letter, in `language`. `available` are the types there are."""

    in_app: list[str]
    email: list[str]
    email_window_s: int
    language: Language
    available: list[str]


def notification_out(seen: Seen) -> NotificationOut:
    row = seen.row
    return NotificationOut(
        notification_id=row.notification_id,
        type=row.type,
        severity=row.severity,
        title=row.title,
        message=row.message,
        process_id=row.process_id,
        for_me=row.user_id is not None,
        is_read=seen.is_read,
        created_at=row.created_at,
    )


def preferences_out(preferences: Preferences) -> NotificationPreferencesOut:
    return NotificationPreferencesOut(
        in_app=sorted(preferences.in_app),
        email=sorted(preferences.email),
        email_window_s=preferences.email_window_s,
        language=preferences.language,
        available=[told.value for told in WANTABLE],
    )
