"""The closed sets of words that a document moves through. The database CHECKs the same words."""

from enum import StrEnum


class Stage(StrEnum):
    INGEST = "INGEST"
    INTELLIGENT_OCR = "INTELLIGENT_OCR"
    INTELLIGENT_PROCESS = "INTELLIGENT_PROCESS"
    OUTPUT = "OUTPUT"


class ProcessStatus(StrEnum):
    PENDING = "pending"
    INGESTED = "ingested"
    CLASSIFYING = "classifying"
    EXTRACTING = "extracting"
    VALIDATING = "validating"
    HITL_REVIEW = "hitl_review"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

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
