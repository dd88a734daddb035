from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column, one_of
from docflow.domain.notifying import Language

TYPES = (
    "hitl_required", "process_failed", "low_confidence", "fraud_detected", "process_completed",
    "quota_warning", "alert", "digest", "document_duplicate",
)  # fmt: skip


class Notification(Created, Base):
    """`user_id` NULL = for everybody of the client: one row, however many people read it.

    What each person has read stands in `notification_reads`; `is_read` and `read_at` tell it of a row for one person.
    """

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
    is_spread: Mapped[bool] = mapped_column(server_default="false", sort_order=1)
    """Whether the channels that want it have taken it up."""

    __table_args__ = (
        one_of("type", TYPES),
        one_of("severity", ("info", "warning", "error", "critical")),
        UniqueConstraint("client_id", "notification_id"),
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
        Index("ix_notifications_fresh", "notification_id", postgresql_where=text("NOT is_spread")),
        Index("ix_notifications_type", "client_id", "type", "created_at"),
    )


class NotificationRead(Base):
    """One person has read one notification."""

    __tablename__ = "notification_reads"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    notification_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    read_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["client_id", "user_id"],
            ["users.client_id", "users.user_id"],
            name="fk_notification_reads_user",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["client_id", "notification_id"],
            ["notifications.client_id", "notifications.notification_id"],
            name="fk_notification_reads_notification",
            ondelete="CASCADE",
        ),
        Index("ix_notification_reads_user", "client_id", "user_id"),
    )


class NotificationPreference(Base):
    """What one person wants to see. Without a row, and where `in_app` is NULL, the usual types."""

    __tablename__ = "notification_preferences"

    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    in_app: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    """Types to see in the portal; letters are a channel of the person's."""
    read_until: Mapped[datetime | None]
    """Everything up to here counts as read."""
    language: Mapped[str | None]
    """Of the person's letters; NULL = English."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["client_id", "user_id"],
            ["users.client_id", "users.user_id"],
            name="fk_notification_preferences_user",
            ondelete="CASCADE",
        ),
        one_of("language", Language),
        Index(
            "ix_notification_preferences_completions",
            "client_id",
            postgresql_where=text("'process_completed' = ANY (in_app)"),
        ),
    )
