from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Json, id_column, one_of
from docflow.features.evaluations.states import EvaluationStatus, GateMode, Side, Verdict

_DOCUMENT = ["documents.client_id", "documents.document_id"]


class EvaluationSet(Created, Base):
    """A frozen choice of approved documents of one type; erasing a document takes it out, nothing comes in."""

    __tablename__ = "evaluation_sets"

    set_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    process_type_id: Mapped[str] = mapped_column(ForeignKey("process_types.process_type_id"))
    config_version: Mapped[int | None]
    """Only documents of that version were taken; NULL = of any."""
    name: Mapped[str]
    created_by: Mapped[str]

    __table_args__ = (
        UniqueConstraint("client_id", "set_id", name="uq_evaluation_sets_client_id_set_id"),
        Index("ix_evaluation_sets_list", "client_id", text("created_at DESC"), text("set_id DESC")),
    )


class EvaluationItem(Created, Base):
    """A document and what is true of it: field name to value, null where the document has none."""

    __tablename__ = "evaluation_items"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    set_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    expected: Mapped[Json]

    __table_args__ = (
        ForeignKeyConstraint(
            ["client_id", "set_id"],
            ["evaluation_sets.client_id", "evaluation_sets.set_id"],
            name="fk_evaluation_items_set",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["client_id", "document_id"], _DOCUMENT, name="fk_evaluation_items_document", ondelete="CASCADE"
        ),
        Index("ix_evaluation_items_document", "client_id", "document_id"),
    )


class Evaluation(Created, Base):
    """One reading of a set, with one or two versions. The row is the job: `attempt` is the fence, `available_at` the hold.

    `candidate` and `baseline` are `versions.Pinned` as JSON; `documents` is how many the set had at the start.
    """

    __tablename__ = "evaluations"

    evaluation_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID]
    set_id: Mapped[UUID]
    process_type_id: Mapped[str]
    candidate: Mapped[Json]
    """The version that is tried."""
    baseline: Mapped[Json | None]
    """What it is compared with; NULL = nothing."""
    status: Mapped[str] = mapped_column(server_default="pending")
    attempt: Mapped[int] = mapped_column(server_default="0")
    """Counts claims."""
    failures: Mapped[int] = mapped_column(server_default="0")
    """Counts its own failures."""
    available_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Due from then on."""
    documents: Mapped[int]
    figures: Mapped[Json | None]
    verdict: Mapped[str | None]
    error_code: Mapped[str | None]
    created_by: Mapped[str]
    completed_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("status", EvaluationStatus),
        one_of("verdict", Verdict, optional=True),
        UniqueConstraint("client_id", "evaluation_id", name="uq_evaluations_client_id_evaluation_id"),
        ForeignKeyConstraint(
            ["client_id", "set_id"],
            ["evaluation_sets.client_id", "evaluation_sets.set_id"],
            name="fk_evaluations_set",
            ondelete="CASCADE",
        ),
        Index("ix_evaluations_list", "client_id", text("created_at DESC"), text("evaluation_id DESC")),
        Index("ix_evaluations_set", "client_id", "set_id"),
        Index(
            "ix_evaluations_due",
            "available_at",
            postgresql_where=text("status IN ('pending', 'running')"),
        ),
    )


class EvaluationReading(Created, Base):
    """What one version made of one document: outcomes by field, never a value."""

    __tablename__ = "evaluation_readings"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    evaluation_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(primary_key=True)
    outcomes: Mapped[Json]
    """Field name to [Found, whether it was accepted]."""
    needs_review: Mapped[bool]
    """Whether it would have been held."""
    pages: Mapped[int]
    duration_ms: Mapped[int]
    provider: Mapped[str]
    model: Mapped[str]
    tokens_input: Mapped[int]
    tokens_output: Mapped[int]
    cost_micros: Mapped[int | None] = mapped_column(BigInteger)
    """NULL = the model's price is unknown."""
    error_code: Mapped[str | None]

    __table_args__ = (
        one_of("side", Side),
        ForeignKeyConstraint(
            ["client_id", "evaluation_id"],
            ["evaluations.client_id", "evaluations.evaluation_id"],
            name="fk_evaluation_readings_evaluation",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["client_id", "document_id"],
            _DOCUMENT,
            name="fk_evaluation_readings_document",
            ondelete="CASCADE",
        ),
        Index("ix_evaluation_readings_document", "client_id", "document_id"),
    )


class PublishGateRow(Created, Base):
    """What is asked before a client's prompt or configuration is published; no row = nothing."""

    __tablename__ = "publish_gates"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    mode: Mapped[str] = mapped_column(server_default="off")
    min_documents: Mapped[int] = mapped_column(server_default="50")
    """A comparison of fewer counts as none."""

    __table_args__ = (
        one_of("mode", GateMode),
        CheckConstraint("min_documents > 0", name="min_documents_positive"),
    )
