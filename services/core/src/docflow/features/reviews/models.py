from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Fraction, Json, JsonList, between_0_and_1, id_column, one_of
from docflow.domain.stages import Stage


class Review(Created, Base):
    """A person's work on a held process. One open per process; `lease_until` protects the claimer."""

    __tablename__ = "reviews"

    review_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID]
    process_id: Mapped[UUID]
    stage: Mapped[str]
    """Where it was held."""
    status: Mapped[str] = mapped_column(server_default="open")
    reasons: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    priority: Mapped[int] = mapped_column(server_default="0")
    """0..100, higher first."""
    is_blind_sample: Mapped[bool] = mapped_column(server_default="false")
    assignee: Mapped[UUID | None]
    """Whose it is to do; `claimed_by` is who has it open."""
    claimed_by: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    approvals_required: Mapped[int] = mapped_column(server_default="1")
    approved_by: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    """Who approved so far, where two must."""
    decision: Mapped[str | None]
    decision_reason: Mapped[str | None]
    decided_by: Mapped[str | None]
    """`user:<id>` or `key:<id>`."""
    decided_at: Mapped[datetime | None]
    notes: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    version: Mapped[int] = mapped_column(server_default="1")
    sample_share: Mapped[Fraction | None] = mapped_column(sort_order=1)
    """Of a blind sample: the share of processes that were sampled. Its labels stand for 1/share processes."""

    __table_args__ = (
        one_of("stage", Stage),
        between_0_and_1("sample_share"),
        one_of("status", ("open", "decided", "cancelled")),
        one_of("decision", ("approve", "reject", "send_back", "split"), optional=True),
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_reviews_process",
            ondelete="CASCADE",
        ),
        Index(
            "uq_reviews_open",
            "client_id",
            "process_id",
            unique=True,
            postgresql_where=text("status = 'open' AND NOT is_blind_sample"),
        ),
        Index(
            "ix_reviews_queue",
            "client_id",
            text("priority DESC"),
            "created_at",
            "review_id",
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_reviews_decided", "client_id", "decided_at", postgresql_where=text("status = 'decided'")),
        Index(
            "uq_reviews_sample",
            "client_id",
            "process_id",
            unique=True,
            postgresql_where=text("is_blind_sample"),
        ),
        Index(
            "ix_reviews_lease",
            "lease_until",
            postgresql_where=text("status = 'open' AND claimed_by IS NOT NULL"),
        ),
    )


class FieldCorrection(Created, Base):
    """What a reviewer changed: before, after and where it stands. Kept; feeds calibration and examples.

    `field` is a field's path, `line_items[2].line_total` for a cell, or `line_items[3]` for a row that came or went.
    """

    __tablename__ = "field_corrections"

    correction_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID]
    process_id: Mapped[UUID]
    document_id: Mapped[UUID | None]
    field: Mapped[str]
    before: Mapped[Json | None]
    """What was read; NULL = nothing was."""
    after: Mapped[Json | None]
    """What the person gave; NULL = there is none."""
    page: Mapped[int | None]
    box: Mapped[JsonList | None]
    """Left, top, right, bottom as fractions of the page, 0..1."""
    cause: Mapped[str | None]
    """Why it was read wrong, as far as the page tells."""
    corrected_by: Mapped[str]
    review_id: Mapped[UUID | None] = mapped_column(sort_order=1)

    __table_args__ = (
        one_of("cause", ("misread", "wrong_candidate", "missing", "format", "schema"), optional=True),
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_field_corrections_process",
            ondelete="CASCADE",
        ),
        Index("ix_field_corrections_process", "client_id", "process_id", "created_at"),
    )
