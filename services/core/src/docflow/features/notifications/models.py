from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column, one_of

TYPES = (
    "hitl_required", "process_failed", "low_confidence", "fraud_detected", "process_completed",
    "quota_warning", "alert", "digest",
)  # fmt: skip


class Notification(Created, Base):
    """`user_id` NULL = for everybody of the client."""

    __tablename__ = "notifications"

    notification_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    process_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    type: Mapped[str]
    severity: Mapped[str] = mapped_column(server_default="info")
    title: Mapped[str]
    message: Mapped[str]
    is_read: Mapped[bool] = mapped_column(server_default="false")
    read_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("type", TYPES),
        one_of("severity", ("info", "warning", "error", "critical")),
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_notifications_process",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["client_id", "user_id"],
            ["users.client_id", "users.user_id"],
            name="fk_notifications_user",
            ondelete="CASCADE",
        ),
        Index("ix_notifications_list", "client_id", text("created_at DESC"), text("notification_id DESC")),
        Index(
            "ix_notifications_process",
            "client_id",
            "process_id",
            postgresql_where=text("process_id IS NOT NULL"),
        ),
    )
