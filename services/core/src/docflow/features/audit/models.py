from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, PrimaryKeyConstraint, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Json, one_of
from docflow.domain.stages import AuditResult, Stage


class AuditLog(Created, Base):
    """Append-only, partitioned by month. `canonical` is the byte form that `hash` covers; never values or text."""

    __tablename__ = "audit_logs"

    audit_id: Mapped[UUID]
    timestamp: Mapped[datetime]
    """When it happened; `created_at` is when it was written."""
    client_id: Mapped[UUID]
    process_id: Mapped[UUID | None]
    """Stays when the process is erased."""
    process_type_id: Mapped[str | None]
    result: Mapped[str]
    stage_type: Mapped[str | None]
    """NULL = an act of a person or key, told in `payload`."""
    process_plugin_name: Mapped[str | None]
    document_urls: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Addresses in the file store, not links to open."""
    payload: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    token_usage: Mapped[Json | None]
    """Of the models this stage asked."""
    error_message: Mapped[str | None]
    error_stack: Mapped[str | None]
    run_id: Mapped[UUID | None]
    attempt: Mapped[int | None]
    """Of the run, whose first claim is 1."""
    seq: Mapped[int] = mapped_column(BigInteger)
    """Its place in the client's chain, from 1 without a gap."""
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """`hash` of the record before it in the client's chain."""
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 over `prev_hash`, `seq` and `canonical`."""
    canonical: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        PrimaryKeyConstraint("audit_id", "timestamp"),
        one_of("result", AuditResult),
        one_of("stage_type", Stage, optional=True),
        Index("ix_audit_logs_client_id_timestamp", "client_id", text("timestamp DESC")),
        Index("ix_audit_logs_process_id", "process_id"),
        Index("ix_audit_logs_result_stage_type", "result", "stage_type"),
        Index("ix_audit_logs_chain", "client_id", "seq"),
        {"postgresql_partition_by": "RANGE (timestamp)"},
    )


class AuditChainHead(Base):
    """The end of a client's chain after each batch; insert-only, the highest `seq` counts."""

    __tablename__ = "audit_chain_heads"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class AuditOffset(Created, Base):
    """How far a reader of the audit stream has written, stored with the batch."""

    __tablename__ = "audit_offsets"

    reader: Mapped[str] = mapped_column(primary_key=True)
    next_offset: Mapped[int] = mapped_column(BigInteger)
    """The first message of the stream that is not written yet."""


class AuditDead(Created, Base):
    """An audit message that could not be written, with the reason; nothing is dropped."""

    __tablename__ = "audit_dead"

    dead_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    message_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    message: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str]
