from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from docflow.features.alert_rules.models import AlertRule, Comparison, Metric
from docflow.features.alert_rules.repository import RulePlan
from docflow.features.platform_alerts.models import PlatformAlertRule
from pydantic import ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from docflow_api.schemas.base import Schema

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Event = Literal[
    "hitl_required",
    "process_failed",
    "low_confidence",
    "fraud_detected",
    "document_duplicate",
    "quota_warning",
]
Severity = Literal["info", "warning", "error", "critical"]


class AlertRuleIn(Schema):
    """Exactly one of `metric` and `event`. It fires while the value is beyond the threshold, once in a cool-down."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "reviews pile up",
                    "metric": "review_queue_depth",
                    "comparison": "above",
                    "threshold": 100,
                    "window_s": 3600,
                    "cool_down_s": 3600,
                }
            ]
        },
    )

    name: Name
    metric: Metric | None = None
    event: Event | None = None
    comparison: Comparison = Comparison.ABOVE
    threshold: float = Field(strict=True, ge=0, le=1e12, allow_inf_nan=False)
    """In the metric's unit; a rate is a share of 0..1."""
    window_s: int = Field(default=3600, strict=True, ge=60, le=86_400)
    """Seconds that are looked at."""
    cool_down_s: int = Field(default=3600, strict=True, ge=60, le=604_800)
    """Seconds in which it does not fire again."""
    severity: Severity = "warning"
    is_enabled: bool = Field(default=True, strict=True)

    @field_validator("threshold")
    @classmethod
    def _within_the_metric(cls, threshold: float, info: ValidationInfo) -> float:
        metric = info.data.get("metric")
        if metric is not None and metric.endswith("_rate") and threshold > 1:
            raise ValueError(f"must be a share of 0 to 1 for {metric}: 0.5 is half")
        return threshold

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.metric is None) == (self.event is None):
            raise ValueError("name either a metric or an event")
        return self

    def plan(self) -> RulePlan:
        return RulePlan(
            self.name,
            self.metric,
            self.event,
            self.comparison,
            self.threshold,
            self.window_s,
            self.cool_down_s,
            self.severity,
            self.is_enabled,
        )


class AlertRuleOut(Schema):
    """`last_value` is null until the rule was evaluated, and while there is nothing to judge by."""

    rule_id: UUID
    name: str
    metric: str | None
    event: str | None
    comparison: str
    threshold: float
    window_s: int
    cool_down_s: int
    severity: str
    is_enabled: bool
    last_value: float | None
    last_evaluated_at: datetime | None
    last_fired_at: datetime | None
    created_by: str | None
    created_at: datetime
    version: int


class AlertTrialOut(Schema):
    """What the rule would see now, and whether it would fire. null = nothing to judge by."""

    value: float | None
    would_fire: bool


def rule_out(row: AlertRule | PlatformAlertRule) -> AlertRuleOut:
    return AlertRuleOut(
        rule_id=row.rule_id,
        name=row.name,
        metric=row.metric,
        event=row.event,
        comparison=row.comparison,
        threshold=row.threshold,
        window_s=row.window_s,
        cool_down_s=row.cool_down_s,
        severity=row.severity,
        is_enabled=row.is_enabled,
        last_value=row.last_value,
        last_evaluated_at=row.last_evaluated_at,
        last_fired_at=row.last_fired_at,
        created_by=row.created_by,
        created_at=row.created_at,
        version=row.version,
    )


def trial_out(rule: AlertRuleIn, value: float | None) -> AlertTrialOut:
    if value is None:
        return AlertTrialOut(value=None, would_fire=False)
    beyond = value > rule.threshold if rule.comparison is Comparison.ABOVE else value < rule.threshold
    return AlertTrialOut(value=value, would_fire=beyond)
