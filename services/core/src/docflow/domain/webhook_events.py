"""What an endpoint can ask to be told."""

from enum import StrEnum


class WebhookEvent(StrEnum):
    PROCESS_RECEIVED = "process.received"
    PROCESS_COMPLETED = "process.completed"
    PROCESS_FAILED = "process.failed"
    PROCESS_CANCELLED = "process.cancelled"
    PROCESS_REVIEW_REQUIRED = "process.review_required"
    PROCESS_REVIEWED = "process.reviewed"
    DOCUMENT_DUPLICATE = "document.duplicate"
    QUOTA_WARNING = "quota.warning"


TEST_EVENT = "endpoint.test"
"""Sent when somebody asks for it, to any endpoint."""
