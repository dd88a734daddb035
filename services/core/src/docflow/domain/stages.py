"""The closed sets of words that a document moves through. The database CHECKs the same words."""

from enum import StrEnum


class Stage(StrEnum):
    INGEST = "INGEST"
    """The files are looked at: type, limits, damage, copies."""
    INTELLIGENT_OCR = "INTELLIGENT_OCR"
    """The documents are read: text, type, fields, signals."""
    INTELLIGENT_PROCESS = "INTELLIGENT_PROCESS"
    """What was read is checked, and held where a person must look."""
    OUTPUT = "OUTPUT"
    """The result is written and sent on."""


class ProcessStatus(StrEnum):
    PENDING = "pending"
    """It was accepted; no stage has finished."""
    INGESTED = "ingested"
    """Its files passed the first look."""
    CLASSIFYING = "classifying"
    """Its type is looked for, or it waits for the parts it was split into."""
    EXTRACTING = "extracting"
    """Its documents are being read."""
    VALIDATING = "validating"
    """What was read is being checked, or the result is being sent."""
    HITL_REVIEW = "hitl_review"
    """It waits for a person."""
    COMPLETED = "completed"
    """It is done; the result can be fetched."""
    FAILED = "failed"
    """It ended without a result; `error.code` says why."""
    CANCELLED = "cancelled"
    """Somebody ended it, or a reviewer rejected it."""

    @property
    def is_final(self) -> bool:
        return self in (ProcessStatus.COMPLETED, ProcessStatus.FAILED, ProcessStatus.CANCELLED)


class DocumentStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class RunStatus(StrEnum):
    READY = "ready"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AuditResult(StrEnum):
    """SUCCESS: the stage ended as meant. ERRORS: with findings (held, retried). FAILED: it ended the process."""

    SUCCESS = "SUCCESS"
    ERRORS = "ERRORS"
    FAILED = "FAILED"


class IngestionSource(StrEnum):
    WEB = "web"
    API = "api"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    EMAIL = "email"


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    PLATFORM_ADMIN = "platform_admin"


class DuplicatePolicy(StrEnum):
    FLAG = "flag"
    ALLOW = "allow"
    RETURN_EXISTING = "return_existing"


class ActionType(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"
    ERP_INTEGRATION = "erp_integration"
    DATABASE_INSERT = "database_insert"
    FILE_EXPORT = "file_export"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
