"""The words in which a change of a process is told: audit record, event, webhook."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from docflow.domain.json_types import JsonObject
from docflow.domain.messages import Message
from docflow.domain.stages import AuditResult, ProcessStatus, Stage
from docflow.domain.transition import WebhookEvent

ACT_TOPIC = "audit.act"

#: The events that a process's `callback_url` receives; each of them ends a caller's wait.
CALLBACK_EVENTS = frozenset(
    {"process.completed", "process.failed", "process.cancelled", "process.review_required"}
)

_WEBHOOK_OF = {
    ProcessStatus.COMPLETED: "process.completed",
    ProcessStatus.FAILED: "process.failed",
    ProcessStatus.CANCELLED: "process.cancelled",
    ProcessStatus.HITL_REVIEW: "process.review_required",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a message is about."""

    client_id: UUID
    process_id: UUID | None
    external_id: str | None = None
    process_type_id: str | None = None
    plugin_name: str | None = None
    children: tuple[JsonObject, ...] = ()
    """The processes that were split from it, as its callback names them."""


@dataclass(frozen=True, slots=True)
class Announcer:
    """Builds messages for one moment. `public_url` leads the links and may be empty (then they are paths)."""

    at: datetime
    new_id: Callable[[], UUID]
    public_url: str = ""

    def event(self, subject: Subject, status: ProcessStatus, stage: Stage) -> tuple[str, Message]:
        """`process.<status>`; version and updated_at join in the writing statement."""
        topic = f"process.{status.value}"
        data = {"status": status.value, "current_stage": stage.value}
        return topic, Message(
            self.new_id(), topic, self.at, subject.client_id, subject.process_id, stage.value, data=data
        )

    def stage_audit(
        self,
        subject: Subject,
        *,
        stage: Stage,
        run_id: UUID,
        attempt: int,
        result: AuditResult,
        payload: JsonObject,
        error_message: str | None = None,
    ) -> tuple[str, Message]:
        """The record of one finish that took effect; token usage and addresses join when it is written."""
        topic = f"audit.{stage.value.lower()}"
        data = {
            **_audit_data(subject, result, payload, error_message),
            "run_id": str(run_id),
        }
        return topic, Message(
            self.new_id(),
            topic,
            self.at,
            subject.client_id,
            subject.process_id,
            stage.value,
            attempt,
            data=data,
        )

    def act_audit(
        self,
        subject: Subject,
        *,
        action: str,
        by: str | None,
        payload: JsonObject,
        result: AuditResult = AuditResult.SUCCESS,
    ) -> tuple[str, Message]:
        """The record of what a person did; it carries no run."""
        data = _audit_data(subject, result, {"action": action, "by": by, **payload}, None)
        return ACT_TOPIC, Message(
            self.new_id(), ACT_TOPIC, self.at, subject.client_id, subject.process_id, data=data
        )

    def webhooks(self, subject: Subject, status: ProcessStatus, *extra: str) -> tuple[WebhookEvent, ...]:
        """The events of entering `status`, led by those in `extra`."""
        own = (_WEBHOOK_OF[status],) if status in _WEBHOOK_OF else ()
        return tuple(self.webhook(subject, status, type_) for type_ in (*extra, *own))

    def webhook(
        self, subject: Subject, status: ProcessStatus, type_: str, more: JsonObject | None = None
    ) -> WebhookEvent:
        """`more` joins the message's data: ids alone."""
        path = f"{self.public_url.rstrip('/')}/v1/processes/{subject.process_id}"
        data: dict[str, object] = {
            "process_id": str(subject.process_id),
            "status": status.value,
            "version": None,
            "external_id": subject.external_id,
            "links": {"self": path, "result": f"{path}/result"},
        }
        if subject.children:
            data["children"] = list(subject.children)
        data |= more or {}
        body = {"type": type_, "timestamp": self.at.isoformat(), "data": data}
        return WebhookEvent(self.new_id(), type_, type_ in CALLBACK_EVENTS, body)


def _audit_data(
    subject: Subject, result: AuditResult, payload: JsonObject, error_message: str | None
) -> dict[str, object]:
    return {
        "result": result.value,
        "process_type_id": subject.process_type_id,
        "process_plugin_name": subject.plugin_name,
        "payload": dict(payload),
        "error_message": error_message,
    }
