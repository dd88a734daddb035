"""Everything that changes in one step of a process, as values. `write_transitions` (SQL) carries it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from docflow.domain.json_types import JsonObject, JsonValue, clean_text
from docflow.domain.messages import Message
from docflow.domain.outcomes import Changes, Reason
from docflow.domain.splitting import Part
from docflow.domain.stages import ProcessStatus, RunStatus, Stage


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    SEND_BACK = "send_back"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class RunEnd:
    """What becomes of the open run. `after_s` counts from the database's clock and matters with READY only."""

    run_id: UUID
    attempt: int
    status: RunStatus
    failures: int
    after_s: float = 0.0
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class ProcessChange:
    """The process row afterwards; its version grows by one. `results` are the columns a handler may set."""

    status: ProcessStatus
    current_stage: Stage
    error_code: str | None = None
    error_message: str | None = None
    review_reasons: tuple[Reason, ...] = ()
    results: Changes = field(default_factory=dict)
    reviewed_by: UUID | None = None
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class NextRun:
    run_id: UUID
    stage: Stage
    step: str
    after_s: float = 0.0
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewOpened:
    review_id: UUID
    stage: Stage
    reasons: tuple[Reason, ...]
    priority: int = 0
    approvals_required: int = 1
    """More than one is for `require_approvals`, called in the same transaction."""


@dataclass(frozen=True, slots=True)
class SampleOpened:
    """A process that nobody looked at is shown to a person afterwards; `share` 0..1 of such processes are."""

    review_id: UUID
    stage: Stage
    share: float


@dataclass(frozen=True, slots=True)
class ReviewClosed:
    """`decision` None = the review ended without one (the process was cancelled)."""

    by: str
    decision: Decision | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    notification_id: UUID
    type: str
    severity: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An output action to insert; a `max_retries` of None keeps the table's default."""

    action_id: UUID
    position: int
    action_type: str
    target_config: JsonObject
    max_retries: int | None = None


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event for every subscribed endpoint, and for the process's `callback_url` where `to_callback`.

    `body` is thin; its `data.version` is set in the writing statement, where the version is known.
    """

    event_id: UUID
    type: str
    to_callback: bool
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Child:
    """A process to insert, split from the one that changes, with its one document; `started` is its own first step.

    Who sent it, from where and with what metadata is its parent's. `position` counts from 0 in the order of the pages.
    """

    process_id: UUID
    process_type_id: str | None
    config_version: int | None
    current_stage: Stage
    position: int
    document: Part
    started: "Transition"


@dataclass(frozen=True, slots=True)
class Transition:
    """One step. `messages` go to the outbox as (topic, message).

    `ends_child_of`: the process has ended, and was split from that one, whose run opens where it was the last.
    """

    client_id: UUID
    process_id: UUID
    run: RunEnd | None = None
    process: ProcessChange | None = None
    next_run: NextRun | None = None
    review: ReviewOpened | None = None
    review_closed: ReviewClosed | None = None
    notices: tuple[Notice, ...] = ()
    actions: tuple[ActionRow, ...] = ()
    webhooks: tuple[WebhookEvent, ...] = ()
    messages: tuple[tuple[str, Message], ...] = ()
    counted: tuple[JsonObject, ...] = ()
    """Documents for `count_documents`, which takes them in the same transaction."""
    children: tuple[Child, ...] = ()
    ends_child_of: UUID | None = None
    sample: SampleOpened | None = None
    """For `open_samples`, in the same transaction."""

    def as_json(self) -> JsonObject:
        """The form that `write_transitions` reads; parts that are absent are left out."""
        parts: dict[str, JsonValue] = {
            "client_id": str(self.client_id),
            "process_id": str(self.process_id),
            "run": _run(self.run),
            "process": _process(self.process),
            "next_run": _plain(self.next_run, "run_id", "stage", "step", "after_s", "traceparent"),
            "review": _review(self.review),
            "review_closed": _plain(self.review_closed, "by", "decision", "reason"),
            "notices": [
                _plain(n, "notification_id", "type", "severity", "title", "message") for n in self.notices
            ],
            "actions": [
                _plain(a, "action_id", "position", "action_type", "target_config", "max_retries")
                for a in self.actions
            ],
            "webhooks": [_plain(w, "event_id", "type", "to_callback", "body") for w in self.webhooks],
            "messages": [
                {"message_id": str(m.message_id), "topic": topic, "payload": m.as_json()}
                for topic, m in self.messages
            ],
            "children": [_child(child) for child in self.children],
            "ends_child_of": self.ends_child_of,
        }
        return {key: storable(value) for key, value in parts.items() if value not in (None, [])}


def storable(value: JsonValue) -> JsonValue:
    """The same JSON with text that PostgreSQL takes: no NUL, no lone surrogates."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if isinstance(value, UUID):
        return str(value)
    return value


def _plain(part: object, *names: str) -> dict[str, JsonValue] | None:
    if part is None:
        return None
    values = {name: getattr(part, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _run(end: RunEnd | None) -> JsonObject | None:
    return _plain(end, "run_id", "attempt", "status", "failures", "after_s", "error_code", "error_message")


def _process(change: ProcessChange | None) -> JsonObject | None:
    plain = _plain(
        change, "status", "current_stage", "error_code", "error_message", "results", "reviewed_by", "reviewed"
    )
    if plain is None or change is None:
        return None
    return {
        **plain,
        "is_final": change.status.is_final,
        "requires_review": change.status is ProcessStatus.HITL_REVIEW,
        "review_reasons": [reason.as_json() for reason in change.review_reasons],
    }


def _child(child: Child) -> JsonObject:
    plain = (
        _plain(child, "process_id", "process_type_id", "config_version", "current_stage", "position") or {}
    )
    document = _plain(
        child.document,
        *("document_id", "file_name", "file_size", "mime_type", "sha256"),
        *("blob_key", "storage_url", "storage_provider"),
    )
    return {**plain, "document": document, "started": child.started.as_json()}


def _review(review: ReviewOpened | None) -> JsonObject | None:
    plain = _plain(review, "review_id", "stage", "priority")
    if plain is None or review is None:
        return None
    return {**plain, "reasons": [reason.as_json() for reason in review.reasons]}
