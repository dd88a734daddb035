"""What people are told of a process's change: decided here, written in the transaction of the change."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from uuid import UUID

from docflow.domain.outcomes import Reason
from docflow.domain.stages import ProcessStatus
from docflow.domain.transition import Notice, ProcessChange


class Told(StrEnum):
    """What a notification is about."""

    HITL_REQUIRED = "hitl_required"
    """A process waits for review."""
    PROCESS_FAILED = "process_failed"
    """A process ended without a result; the code is told."""
    LOW_CONFIDENCE = "low_confidence"
    """A process waits because values are doubtful, and for nothing else."""
    FRAUD_DETECTED = "fraud_detected"
    """A process waits, and signals of fraud are among the reasons."""
    DOCUMENT_DUPLICATE = "document_duplicate"
    """A document repeats an earlier one of the client; once for a document."""
    PROCESS_COMPLETED = "process_completed"
    """A process is complete."""
    QUOTA_WARNING = "quota_warning"
    """A budget for models has reached 50, 80 or 100 %."""
    ALERT = "alert"
    """An alert rule of the client fired."""
    DIGEST = "digest"
    """Reviews have waited for long: how many, and for how long."""


class Language(StrEnum):
    """Of a person's letters."""

    EN = "en"
    DE = "de"


WANTABLE = tuple(told for told in Told if told is not Told.DIGEST)
"""What a person or a channel can ask for."""
USUAL = tuple(told for told in WANTABLE if told is not Told.PROCESS_COMPLETED)
"""What a person sees in the portal who never chose."""


def notifications_of(change: ProcessChange, new_id: Callable[[], UUID]) -> tuple[Notice, ...]:
    """Codes alone, no value of a document. A completion is dropped by the database where nobody wants it."""
    match change.status:
        case ProcessStatus.HITL_REVIEW:
            return _held(change.review_reasons, new_id)
        case ProcessStatus.FAILED:
            told = f"It ended with the code {change.error_code}."
            return (Notice(new_id(), Told.PROCESS_FAILED, "error", "A process failed", told),)
        case ProcessStatus.COMPLETED:
            return (Notice(new_id(), Told.PROCESS_COMPLETED, "info", "A process is complete", ""),)
        case _:
            return ()


def _held(reasons: Sequence[Reason], new_id: Callable[[], UUID]) -> tuple[Notice, ...]:
    codes = sorted({reason.code for reason in reasons})
    told = f"Reasons: {', '.join(codes)}."
    notices = [Notice(new_id(), Told.HITL_REQUIRED, "warning", "A process waits for review", told)]
    if "fraud_detected" in codes:
        notices.append(Notice(new_id(), Told.FRAUD_DETECTED, "critical", "A document looks doubtful", told))
    if codes == ["confidence_low"]:
        title = "Values were read with low confidence"
        notices.append(Notice(new_id(), Told.LOW_CONFIDENCE, "info", title, told))
    return tuple(notices)
