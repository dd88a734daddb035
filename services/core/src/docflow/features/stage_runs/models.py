from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column, one_of
from docflow.domain.stages import RunStatus, Stage

OPEN = "status IN ('ready', 'claimed')"


class StageRun(Created, Base):
    """The queue, the lease and the timeline in one row. At most one open run per process."""

    __tablename__ = "stage_runs"

    run_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID]
    process_id: Mapped[UUID]
    stage: Mapped[str]
    step: Mapped[str]
    """The workflow's own name of the step."""
    attempt: Mapped[int] = mapped_column(server_default="0")
    """Counts claims; it is the fence."""
    failures: Mapped[int] = mapped_column(server_default="0")
    """The document's own failures, against the retry limit."""
    losses: Mapped[int] = mapped_column(server_default="0")
    """Workers lost with it in hand; five and it is dead."""
    status: Mapped[str] = mapped_column(server_default="ready")
    available_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Due from then on."""
    claimed_by: Mapped[UUID | None]
    """The worker that has it in hand."""
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    """Of the last attempt."""
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    tokens_input: Mapped[int] = mapped_column(server_default="0")
    tokens_output: Mapped[int] = mapped_column(server_default="0")
    traceparent: Mapped[str | None]
    """The trace of the request that began it."""

    __table_args__ = (
        one_of("stage", Stage),
        one_of("status", RunStatus),
        CheckConstraint("(status = 'claimed') = (claimed_by IS NOT NULL)", name="claimed_has_claimer"),
        UniqueConstraint("client_id", "run_id"),
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_stage_runs_process",
            ondelete="CASCADE",
        ),
        Index("uq_stage_runs_open", "client_id", "process_id", unique=True, postgresql_where=text(OPEN)),
        Index(
            "ix_stage_runs_ready",
            "stage",
            "client_id",
            "available_at",
            "run_id",
            postgresql_where=text("status = 'ready'"),
        ),
        Index("ix_stage_runs_claimed", "claimed_by", postgresql_where=text("status = 'claimed'")),
        Index("ix_stage_runs_timeline", "client_id", "process_id", "created_at"),
        Index("ix_stage_runs_dead", "finished_at", postgresql_where=text("status = 'failed'")),
    )


class Worker(Created, Base):
    """One worker process; alive while `alive_until` (the database's clock) lies ahead."""

    __tablename__ = "workers"

    worker_id: Mapped[UUID] = id_column()
    service: Mapped[str]
    host: Mapped[str | None]
    pid: Mapped[int | None]
    alive_until: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    """When it ended in order; NULL = it runs, or was lost."""

    __table_args__ = (Index("ix_workers_alive_until", "alive_until"),)


class PeriodicRun(Base):
    """The last run of each periodic job; a row lock on it picks the process that does the next."""

    __tablename__ = "periodic_runs"

    name: Mapped[str] = mapped_column(primary_key=True)
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
