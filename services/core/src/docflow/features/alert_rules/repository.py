"""A client's alert rules, and their evaluation in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.counted import has_room
from docflow.db.lists import page_of_rows
from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, NotFound, refuse_stale
from docflow.domain.ids import new_id
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.plain_secrets import refuse_secret_name
from docflow.features.alert_rules.models import AlertRule, Comparison, Metric
from docflow.features.audit.messages import act_audit

if TYPE_CHECKING:
    from docflow.features.platform_alerts.models import PlatformAlertRule

MOST_RULES = 50


@dataclass(frozen=True, slots=True)
class RulePlan:
    """Exactly one of `metric` and `event` is set."""

    name: str
    metric: StrEnum | None
    event: str | None
    comparison: Comparison
    threshold: float
    window_s: int
    cool_down_s: int
    severity: str
    is_enabled: bool


class AlertRules:
    """Of one client. `session` is bound to it."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def get(self, rule_id: UUID, *, locked: bool = False) -> AlertRule:
        """Raises NotFound, also for another client's rule."""
        query = select(AlertRule).where(AlertRule.client_id == self._client_id, AlertRule.rule_id == rule_id)
        found: AlertRule | None = await self._session.scalar(query.with_for_update() if locked else query)
        if found is None:
            raise NotFound("no such alert rule")
        return found

    async def page(self, request: PageRequest) -> PageOf[AlertRule]:
        """Newest first."""
        query = select(AlertRule).where(AlertRule.client_id == self._client_id)
        return await page_of_rows(self._session, query, request, AlertRule.created_at, AlertRule.rule_id)

    async def make(self, plan: RulePlan, *, by: Caller, at: datetime) -> AlertRule:
        """Raises Conflict beyond MOST_RULES, UserError for a name that looks like a key."""
        refuse_secret_name(plan.name)
        own = AlertRule.client_id == self._client_id
        if not await has_room(self._session, AlertRule, MOST_RULES, own, client_id=self._client_id):
            raise Conflict(f"a client has at most {MOST_RULES} alert rules")
        row = AlertRule(rule_id=new_id(), client_id=self._client_id, created_by=by.name)
        fill(row, plan)
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        self._tell("alert_rule_created", row.rule_id, by, at)
        return row

    async def replace(
        self, rule_id: UUID, plan: RulePlan, *, version: int | None, by: Caller, at: datetime
    ) -> AlertRule:
        """It may fire at once again: another rule has not rested yet. Raises PreconditionFailed, and as `make` does."""
        refuse_secret_name(plan.name)
        row = await self.get(rule_id, locked=True)
        refuse_stale(version, row.version, "this rule")
        fill(row, plan)
        row.last_value, row.last_evaluated_at, row.last_fired_at = None, None, None
        row.version += 1
        await self._session.flush()
        self._tell("alert_rule_changed", rule_id, by, at)
        return row

    async def remove(self, rule_id: UUID, *, by: Caller, at: datetime) -> None:
        row = await self.get(rule_id, locked=True)
        await self._session.delete(row)
        self._tell("alert_rule_removed", rule_id, by, at)

    async def value(
        self, metric: Metric | None, event: str | None, window_s: int, at: datetime
    ) -> float | None:
        """What a rule would see at `at`; None = nothing to judge by."""
        found = await self._session.scalar(
            text(
                "SELECT alert_value(:client_id, CAST(:metric AS text), CAST(:event AS text), :window_s,"
                " CAST(:at AS timestamptz))"
            ),
            {
                "client_id": self._client_id,
                "metric": None if metric is None else metric.value,
                "event": event,
                "window_s": window_s,
                "at": at,
            },
        )
        return None if found is None else float(found)

    async def fire(self, at: datetime) -> int:
        """Evaluate all; returns how many fired. At most once in a cool-down, however many evaluate at once."""
        fired = await self._session.scalar(
            text("SELECT fire_alert_rules(:client_id, CAST(:at AS timestamptz))"),
            {"client_id": self._client_id, "at": at},
        )
        return int(fired or 0)

    def _tell(self, action: str, rule_id: UUID, by: Caller, at: datetime) -> None:
        self._session.add(
            act_audit(
                client_id=self._client_id, at=at, action=action, by=by.name, payload={"rule_id": str(rule_id)}
            )
        )


async def alerting_clients(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[UUID]:
    """On a session bound to no client."""
    rows = await session.execute(
        text("SELECT * FROM list_alerting_clients(CAST(:after AS uuid), :limit)"),
        {"after": after, "limit": limit},
    )
    return [row[0] for row in rows]


def fill(row: "AlertRule | PlatformAlertRule", plan: RulePlan) -> None:
    row.name = plan.name
    row.metric = None if plan.metric is None else plan.metric.value
    row.event = plan.event
    row.comparison = plan.comparison.value
    row.threshold = plan.threshold
    row.window_s = plan.window_s
    row.cool_down_s = plan.cool_down_s
    row.severity = plan.severity
    row.is_enabled = plan.is_enabled
