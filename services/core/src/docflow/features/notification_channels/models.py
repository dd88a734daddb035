from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Json, id_column, one_of


class ChannelKind(StrEnum):
    EMAIL = "email"
    SLACK = "slack"
    TEAMS = "teams"
    TELEGRAM = "telegram"
    SMS = "sms"
    MATTERMOST = "mattermost"
    DISCORD = "discord"


class NotificationChannel(Created, Base):
    """A way out of the portal. `user_id` = the mailbox of this person, whose address is looked up when a letter leaves;
    else the client's, whose target is sealed: it holds what one needs to write there.
    """

    __tablename__ = "notification_channels"

    channel_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    user_id: Mapped[UUID | None]
    kind: Mapped[str]
    name: Mapped[str]
    target_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    shown_target: Mapped[str | None]
    """The part of the target that is no secret: a host, or the end of an address."""
    events: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """Types of notifications it wants."""
    window_s: Mapped[int] = mapped_column(server_default="60")
    """What comes within it is one message."""
    state: Mapped[str] = mapped_column(server_default="active")
    failing_since: Mapped[datetime | None]
    """The first failure since the last success."""
    last_error_code: Mapped[str | None]
    last_delivered_at: Mapped[datetime | None]
    created_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        one_of("kind", ChannelKind),
        one_of("state", ("active", "disabled")),
        CheckConstraint("window_s BETWEEN 0 AND 86400", name="window_known"),
        UniqueConstraint("client_id", "channel_id"),
        UniqueConstraint("client_id", "user_id"),
        ForeignKeyConstraint(
            ["client_id", "user_id"],
            ["users.client_id", "users.user_id"],
            name="fk_notification_channels_user",
            ondelete="CASCADE",
        ),
        Index("ix_notification_channels_list", "client_id", text("created_at DESC"), text("channel_id DESC")),
        Index(
            "ix_notification_channels_completions",
            "client_id",
            postgresql_where=text("state = 'active' AND 'process_completed' = ANY (events)"),
        ),
    )


class NotificationMessage(Created, Base):
    """One message to one channel, about as many notifications as came within the channel's window.

    `counts` has how many of each type; `notification_ids` the first of them. `attempt` 0 = it still gathers.
    """

    __tablename__ = "notification_messages"

    message_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    channel_id: Mapped[UUID]
    counts: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    notification_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(PG_UUID(as_uuid=True)), server_default=text("'{}'")
    )
    is_test: Mapped[bool] = mapped_column(server_default="false")
    state: Mapped[str] = mapped_column(server_default="pending")
    attempt: Mapped[int] = mapped_column(server_default="0")
    failures: Mapped[int] = mapped_column(server_default="0")
    """Counts its own failures."""
    available_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    """Due from then on."""
    error_code: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", ("pending", "delivered", "failed")),
        ForeignKeyConstraint(
            ["client_id", "channel_id"],
            ["notification_channels.client_id", "notification_channels.channel_id"],
            name="fk_notification_messages_channel",
            ondelete="CASCADE",
        ),
        Index(
            "uq_notification_messages_gathering",
            "client_id",
            "channel_id",
            unique=True,
            postgresql_where=text("state = 'pending' AND attempt = 0 AND NOT is_test"),
        ),
        Index(
            "ix_notification_messages_due",
            "available_at",
            "message_id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_notification_messages_list",
            "client_id",
            "channel_id",
            text("created_at DESC"),
            text("message_id DESC"),
        ),
    )
