from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column, one_of
from docflow.features.alert_rules.models import EVENTS, Comparison
from docflow.features.notification_channels.models import ChannelKind


class PlatformMetric(StrEnum):
    """What can be measured over all clients. A name ends with its unit; a rate is 0..1."""

    DEAD_RUNS = "dead_runs"
    QUEUE_DEPTH = "queue_depth"
    QUEUE_AGE_S = "queue_age_s"
    OUTBOX_AGE_S = "outbox_age_s"
    SENDINGS_AGE_S = "sendings_age_s"
    REVIEW_QUEUE_AGE_S = "review_queue_age_s"
    FAILURE_RATE = "failure_rate"
    SPEND_USD = "spend_usd"
    PROVIDERS_DOWN = "providers_down"
    SERVICES_DOWN = "services_down"


class PlatformChannel(Created, Base):
    """A mailbox, chat or phone of the people who run the platform; its target is sealed. No session of a client sees it."""

    __tablename__ = "platform_channels"

    channel_id: Mapped[UUID] = id_column()
    kind: Mapped[str]
    name: Mapped[str]
    target_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    shown_target: Mapped[str]
    failing_since: Mapped[datetime | None]
    last_error_code: Mapped[str | None]
    last_delivered_at: Mapped[datetime | None]
    created_by: Mapped[str]

    __table_args__ = (one_of("kind", ChannelKind),)


class PlatformAlertRule(Created, Base):
    """As a client's `AlertRule`, over all clients; it tells every platform channel."""

    __tablename__ = "platform_alert_rules"

    rule_id: Mapped[UUID] = id_column()
    name: Mapped[str]
    metric: Mapped[str | None]
    """This or `event`, never both."""
    event: Mapped[str | None]
    comparison: Mapped[str] = mapped_column(server_default="above")
    threshold: Mapped[float]
    """In the metric's unit, which its name ends with; of an event a count."""
    window_s: Mapped[int] = mapped_column(server_default="3600")
    cool_down_s: Mapped[int] = mapped_column(server_default="3600")
    """After it fired it stays silent for so long."""
    severity: Mapped[str] = mapped_column(server_default="warning")
    is_enabled: Mapped[bool] = mapped_column(server_default="true")
    last_value: Mapped[float | None]
    last_evaluated_at: Mapped[datetime | None]
    last_fired_at: Mapped[datetime | None]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        one_of("metric", PlatformMetric, optional=True),
        one_of("event", EVENTS, optional=True),
        one_of("comparison", Comparison),
        one_of("severity", ("info", "warning", "error", "critical")),
        CheckConstraint("(metric IS NULL) <> (event IS NULL)", name="one_source"),
        CheckConstraint("window_s BETWEEN 60 AND 86400", name="window_known"),
        CheckConstraint("cool_down_s BETWEEN 60 AND 604800", name="cool_down_known"),
    )


class PlatformMessage(Created, Base):
    """What one channel is told: names of rules and figures, nothing of any client."""

    __tablename__ = "platform_messages"

    message_id: Mapped[UUID] = id_column()
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("platform_channels.channel_id", ondelete="CASCADE"))
    title: Mapped[str]
    told: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempt: Mapped[int] = mapped_column(server_default="0")
    failures: Mapped[int] = mapped_column(server_default="0")
    available_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    error_code: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", ("pending", "delivered", "failed")),
        Index("ix_platform_messages_channel_id", "channel_id"),
        Index(
            "ix_platform_messages_due",
            "available_at",
            "message_id",
            postgresql_where=text("state = 'pending'"),
        ),
    )
