"""The platform's alert rules. `session` is bound to no client: to any other these tables are empty."""

from datetime import datetime
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
from docflow.features.alert_rules.models import Comparison
from docflow.features.alert_rules.repository import RulePlan, fill
from docflow.features.platform_alerts.models import PlatformAlertRule, PlatformChannel, PlatformMessage

MOST_RULES = 50


class PlatformAlertRules:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, rule_id: UUID, *, locked: bool = False) -> PlatformAlertRule:
        """Raises NotFound."""
        query = select(PlatformAlertRule).where(PlatformAlertRule.rule_id == rule_id)
        found: PlatformAlertRule | None = await self._session.scalar(
            query.with_for_update() if locked else query
        )
        if found is None:
            raise NotFound("no such alert rule")
        return found

    async def page(self, request: PageRequest) -> PageOf[PlatformAlertRule]:
        """Newest first."""
        query = select(PlatformAlertRule)
        return await page_of_rows(
            self._session, query, request, PlatformAlertRule.created_at, PlatformAlertRule.rule_id
        )

    async def make(self, plan: RulePlan, *, by: Caller) -> PlatformAlertRule:
        """Raises Conflict beyond MOST_RULES, UserError for a name that looks like a key."""
        refuse_secret_name(plan.name)
        if not await has_room(self._session, PlatformAlertRule, MOST_RULES, client_id=None):
            raise Conflict(f"the platform has at most {MOST_RULES} alert rules")
        row = PlatformAlertRule(rule_id=new_id(), created_by=by.name)
        fill(row, plan)
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        return row

    async def replace(self, rule_id: UUID, plan: RulePlan, *, version: int | None) -> PlatformAlertRule:
        """It may fire at once again. Raises PreconditionFailed, and as `make` does."""
        refuse_secret_name(plan.name)
        row = await self.get(rule_id, locked=True)
        refuse_stale(version, row.version, "this rule")
        fill(row, plan)
        row.last_value, row.last_evaluated_at, row.last_fired_at = None, None, None
        row.version += 1
        await self._session.flush()
        return row

    async def remove(self, rule_id: UUID) -> None:
        await self._session.delete(await self.get(rule_id, locked=True))

    async def fire(self, at: datetime) -> int:
        """Evaluate all; returns how many fired. At most once in a cool-down, however many evaluate at once."""
        rules = select(PlatformAlertRule).where(PlatformAlertRule.is_enabled)
        rows = (
            await self._session.scalars(rules.order_by(PlatformAlertRule.rule_id).with_for_update())
        ).all()
        for row in rows:
            row.last_value, row.last_evaluated_at = await self._value(row, at), at
        fired = [row for row in rows if _is_beyond(row) and not _rests(row, at)]
        if fired:
            channels = (await self._session.scalars(select(PlatformChannel.channel_id))).all()
            self._session.add_all(_message(row, channel) for row in fired for channel in channels)
        for row in fired:
            row.last_fired_at = at
        return len(fired)

    async def _value(self, row: PlatformAlertRule, at: datetime) -> float | None:
        """None = nothing to judge by."""
        found = await self._session.scalar(
            text(
                "SELECT platform_alert_value(CAST(:metric AS text), CAST(:event AS text), :window_s,"
                " CAST(:at AS timestamptz))"
            ),
            {"metric": row.metric, "event": row.event, "window_s": row.window_s, "at": at},
        )
        return None if found is None else float(found)


def _is_beyond(row: PlatformAlertRule) -> bool:
    if row.last_value is None:
        return False
    above = row.comparison == Comparison.ABOVE.value
    return row.last_value > row.threshold if above else row.last_value < row.threshold


def _rests(row: PlatformAlertRule, at: datetime) -> bool:
    return row.last_fired_at is not None and (at - row.last_fired_at).total_seconds() < row.cool_down_s


def _message(row: PlatformAlertRule, channel_id: UUID) -> PlatformMessage:
    told = (
        f"{row.metric or row.event} over all clients is {row.last_value:g}, {row.comparison} {row.threshold:g}"
        f" (window {row.window_s} s)."
    )
    title = f"DocFlow AI platform, {row.severity}: {row.name}"
    return PlatformMessage(message_id=new_id(), channel_id=channel_id, title=title, told=told)
