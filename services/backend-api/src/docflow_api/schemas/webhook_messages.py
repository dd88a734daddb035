"""What receivers of webhooks get. The signature stands in the headers (Standard Webhooks 1.0)."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from docflow_api.schemas.base import Schema

MESSAGES = {
    "process.received": "A process was accepted",
    "process.completed": "A process is complete; its result can be fetched",
    "process.failed": "A process ended without a result",
    "process.cancelled": "A process was ended by somebody",
    "process.review_required": "A process waits for a person",
    "process.reviewed": "A person decided about a process",
    "document.duplicate": "A document of the process repeats earlier ones, which `duplicate_of` names; told once",
    "quota.warning": "A budget for models has reached 50, 80 or 100 %; the process members are null",
    "endpoint.test": "Somebody asked for a test of this endpoint; the process members are null",
}


class MessageLinks(Schema):
    """Empty where a message is about no process."""

    self: str | None = None
    result: str | None = None


class MessageChild(Schema):
    """`status` and `process_type_id` are told once all have ended."""

    process_id: UUID
    status: str | None = None
    process_type_id: str | None = None


class MessageDuplicate(Schema):
    """An earlier document of the client."""

    process_id: UUID
    document_id: UUID


class MessageData(Schema):
    """`version` is the process's at the moment of the change: an older one than known can be dropped."""

    process_id: UUID | None
    status: str | None
    version: int | None
    external_id: str | None
    links: MessageLinks
    children: list[MessageChild] | None = None
    """What the parts of a stack became; only there where the process was split."""
    document_id: UUID | None = None
    duplicate_of: list[MessageDuplicate] | None = None
    """Only in `document.duplicate`, as is `document_id`."""


class WebhookMessage(Schema):
    """A thin message: fetch what is needed by its links."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "process.completed",
                    "timestamp": "2026-11-20T12:00:00+00:00",
                    "data": {
                        "process_id": "0193a6a4-0000-7000-8000-000000000000",
                        "status": "completed",
                        "version": 7,
                        "external_id": "order-4711",
                        "links": {
                            "self": "/v1/processes/0193a6a4-0000-7000-8000-000000000000",
                            "result": "/v1/processes/0193a6a4-0000-7000-8000-000000000000/result",
                        },
                    },
                }
            ]
        }
    )

    type: str
    timestamp: datetime
    data: MessageData
