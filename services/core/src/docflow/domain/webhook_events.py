"""What an endpoint can ask to be told."""

from enum import StrEnum


class WebhookEvent(StrEnum):
    PROCESS_RECEIVED = "process.received"
    """A process was accepted."""
    PROCESS_COMPLETED = "process.completed"
    """A process is complete; its result can be fetched."""
    PROCESS_FAILED = "process.failed"
    """A process ended without a result."""
    PROCESS_CANCELLED = "process.cancelled"
    """A process was ended by somebody."""
    PROCESS_REVIEW_REQUIRED = "process.review_required"
    """A process waits for a person."""
    PROCESS_REVIEWED = "process.reviewed"
    """A person decided about a process."""
    DOCUMENT_DUPLICATE = "document.duplicate"
    """A document of the process repeats earlier ones, which are named by their ids; told once."""
    QUOTA_WARNING = "quota.warning"
    """A budget for models has reached 50, 80 or 100 %; the process members are null."""


TEST_EVENT = "endpoint.test"
"""Sent when somebody asks for it, to any endpoint."""
