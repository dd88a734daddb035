from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from docflow.db.base import Base, Created, id_column, one_of


class Metric(StrEnum):
    """What can be measured of one client. A name ends with its unit; a rate is 0..1."""

    REVIEW_QUEUE_DEPTH = "review_queue_depth"
    REVIEW_QUEUE_AGE_S = "review_queue_age_s"
    FAILURE_RATE = "failure_rate"
    STRAIGHT_THROUGH_RATE = "straight_through_rate"
    SPEND_USD = "spend_usd"
    LATENCY_P95_S = "latency_p95_s"
    DEAD_RUNS = "dead_runs"
    DELIVERIES_FAILING = "deliveries_failing"


class Comparison(StrEnum):
    ABOVE = "above"
    BELOW = "below"


EVENTS = (
    "hitl_required", "process_failed", "low_confidence", "fraud_detected", "quota_warning", "document_duplicate",
)  # fmt: skip
"""Notifications that can be counted. Completions are written only where somebody wants them."""


class AlertRule(Created, Base):
    """Fires when a metric, or the number of an event within the window, passes the threshold; then rests."""

    __tablename__ = "alert_rules"

    rule_id: Mapped[UUID] = id_column()
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.client_id"))
    name: Mapped[str]
    metric: Mapped[str | None]
    """This or `event`, never both."""
    event: Mapped[str | None]
    comparison: Mapped[str] = mapped_column(server_default="above")
    threshold: Mapped[float]
    """In the metric's unit, which its name ends with; of an event a count."""
    window_s: Mapped[int] = mapped_column(server_default="3600")
    """How far back events are counted and rates are taken."""
    cool_down_s: Mapped[int] = mapped_column(server_default="3600")
    """After it fired it stays silent for so long."""
    severity: Mapped[str] = mapped_column(server_default="warning")
    is_enabled: Mapped[bool] = mapped_column(server_default="true")
    last_value: Mapped[float | None]
    """What was measured last, whether it fired or not."""
    last_evaluated_at: Mapped[datetime | None]
    last_fired_at: Mapped[datetime | None]
    created_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        one_of("metric", Metric, optional=True),
        one_of("event", EVENTS, optional=True),
        one_of("comparison", Comparison),
        one_of("severity", ("info", "warning", "error", "critical")),
        CheckConstraint("(metric IS NULL) <> (event IS NULL)", name="one_source"),
        CheckConstraint("window_s BETWEEN 60 AND 86400", name="window_known"),
        CheckConstraint("cool_down_s BETWEEN 60 AND 604800", name="cool_down_known"),
        Index("ix_alert_rules_list", "client_id", text("created_at DESC"), text("rule_id DESC")),
    )
