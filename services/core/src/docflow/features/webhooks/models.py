from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, Json, JsonList, id_column, one_of


class WebhookEndpoint(Created, Base):
    """Where a client's events go. Secrets are sealed; the old one stays valid until `old_secret_until`."""

    __tablename__ = "webhook_endpoints"

    endpoint_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    kind: Mapped[str] = mapped_column(server_default="endpoint")
    """`callback`: the client's one row that signs the deliveries to a process's `callback_url`."""
    url: Mapped[str | None]
    """NULL for the row of callbacks."""
    events: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    headers: Mapped[Json] = mapped_column(server_default=text("'{}'::jsonb"))
    """By name; a value that was set through the API is `{"sealed": ...}`."""
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default="active")
    created_by: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    """The first failure since the last success; after five days it is switched off."""
    version: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        one_of("kind", ("endpoint", "callback")),
        one_of("state", ("active", "disabled")),
        UniqueConstraint("client_id", "endpoint_id"),
        Index(
            "uq_webhook_endpoints_callback",
            "client_id",
            unique=True,
            postgresql_where=text("kind = 'callback'"),
        ),
    )


class WebhookDelivery(Created, Base):
    """One event for one endpoint; `webhook_id` is constant over retries, restarts and redelivery."""

    __tablename__ = "webhook_deliveries"

    delivery_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID]
    endpoint_id: Mapped[UUID]
    process_id: Mapped[UUID | None]
    event_type: Mapped[str]
    webhook_id: Mapped[str]
    url: Mapped[str]
    body: Mapped[str]
    """The bytes that are signed and sent."""
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    """The log: when, status, error, duration of each try."""
    attempt: Mapped[int] = mapped_column(server_default="0")
    """Counts claims, also by workers that were lost."""
    failures: Mapped[int] = mapped_column(server_default="0")
    """Its own failures."""
    available_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """Due from then on."""
    claimed_by: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", ("pending", "sending", "delivered", "failed")),
        UniqueConstraint("client_id", "endpoint_id", "webhook_id"),
        ForeignKeyConstraint(
            ["client_id", "endpoint_id"],
            ["webhook_endpoints.client_id", "webhook_endpoints.endpoint_id"],
            name="fk_webhook_deliveries_endpoint",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["client_id", "process_id"],
            ["processes.client_id", "processes.process_id"],
            name="fk_webhook_deliveries_process",
            ondelete="CASCADE",
        ),
        Index(
            "ix_webhook_deliveries_due",
            "available_at",
            "delivery_id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_webhook_deliveries_lanes",
            "client_id",
            text("split_part(url, '/', 3)"),
            "available_at",
            "delivery_id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_webhook_deliveries_endpoint",
            "client_id",
            "endpoint_id",
            text("created_at DESC"),
            text("delivery_id DESC"),
        ),
        Index("ix_webhook_deliveries_sending", "claimed_by", postgresql_where=text("state = 'sending'")),
        Index("ix_webhook_deliveries_list", "client_id", text("created_at DESC"), text("delivery_id DESC")),
        Index(
            "ix_webhook_deliveries_process",
            "client_id",
            "process_id",
            postgresql_where=text("process_id IS NOT NULL"),
        ),
    )
