from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Json, id_column, one_of
from docflow.domain.stages import ActionType


class OutputAction(Created, Base):
    """One thing to do with a result, with its own retries. `position` is its place in the configuration's list."""

    __tablename__ = "output_actions"

    action_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID]
    process_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(server_default="0")
    action_type: Mapped[str]
    target_config: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    """As the configuration says it; secrets stand in it by name."""
    status: Mapped[str] = mapped_column(server_default="pending")
    retry_count: Mapped[int] = mapped_column(server_default="0")
    """Its own failures, against `max_retries`."""
    max_retries: Mapped[int] = mapped_column(server_default="8")
    attempt: Mapped[int] = mapped_column(server_default="0")
    """Counts claims, also by workers that were lost."""
    available_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Due from then on."""
    claimed_by: Mapped[UUID | None]
    """The worker that has it in hand."""
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[Json | None]
    """What the target answered: ids and counts, no contents."""
    error_message: Mapped[str | None]

    __table_args__ = (
        one_of("action_type", ActionType),
        one_of("status", ("pending", "executing", "completed", "failed", "retrying")),
        UniqueConstraint("client_id", "process_id", "position"),
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_output_actions_process",
            ondelete="CASCADE",
        ),
        Index(
            "ix_output_actions_due",
            "available_at",
            "action_id",
            postgresql_where=text("status IN ('pending', 'retrying')"),
        ),
        Index(
            "ix_output_actions_lanes",
            "client_id",
            "action_type",
            "available_at",
            "action_id",
            postgresql_where=text("status IN ('pending', 'retrying')"),
        ),
        Index("ix_output_actions_executing", "claimed_by", postgresql_where=text("status = 'executing'")),
    )
