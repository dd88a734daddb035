"""The envelope of everything that leaves. Ids only, never contents; a new field is optional."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from docflow.domain.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class Message:
    message_id: UUID
    type: str
    occurred_at: datetime
    client_id: UUID
    process_id: UUID | None = None
    stage: str | None = None
    attempt: int | None = None
    traceparent: str | None = None
    data: JsonObject = field(default_factory=dict)

    def as_json(self) -> JsonObject:
        return {
            "v": 1,
            "message_id": str(self.message_id),
            "type": self.type,
            "occurred_at": self.occurred_at.isoformat(),
            "client_id": str(self.client_id),
            "process_id": str(self.process_id) if self.process_id else None,
            "stage": self.stage,
            "attempt": self.attempt,
            "traceparent": self.traceparent,
            "data": dict(self.data),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "Message":
        process_id = data.get("process_id")
        return cls(
            message_id=UUID(data["message_id"]),
            type=data["type"],
            occurred_at=datetime.fromisoformat(data["occurred_at"]),
            client_id=UUID(data["client_id"]),
            process_id=UUID(process_id) if process_id else None,
            stage=data.get("stage"),
            attempt=data.get("attempt"),
            traceparent=data.get("traceparent"),
            data=data.get("data", {}),
        )
