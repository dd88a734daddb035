"""What a client may spend on models, and what of it is gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.json_types import JsonValue
from docflow.features.audit.messages import act_audit
from docflow.features.clients.models import Client
from docflow.features.usage.models import Budget


class Period(StrEnum):
    DAY = "day"
    MONTH = "month"

    def start(self, on: date) -> date:
        return on if self is Period.DAY else on.replace(day=1)


@dataclass(frozen=True, slots=True)
class Caps:
    """None = without limit."""

    tokens: int | None = None
    micros: int | None = None


class Budgets:
    """Of one client; periods are days and months in UTC."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def current(self, at: datetime) -> Mapping[Period, Budget]:
        """The budgets of now. They are opened where nothing was spent yet."""
        await self._open(at)
        rows = await self._session.scalars(
            select(Budget).where(
                Budget.client_id == self._client_id,
                Budget.period_start.in_([period.start(at.date()) for period in Period]),
            )
        )
        now = {(period.value, period.start(at.date())) for period in Period}
        return {Period(row.period): row for row in rows if (row.period, row.period_start) in now}

    async def limit(self, caps: Mapping[Period, Caps], *, by: str, at: datetime) -> None:
        """From now on these limits hold, in this period and the next ones; what was spent stays.

        Warnings begin anew where a limit changed. Repeating it changes nothing.
        """
        await self._open(at)
        for period, cap in caps.items():
            await self._session.execute(
                update(Budget)
                .where(
                    Budget.client_id == self._client_id,
                    Budget.period == period.value,
                    Budget.period_start == period.start(at.date()),
                    Budget.cap_tokens.is_distinct_from(cap.tokens)
                    | Budget.cap_micros.is_distinct_from(cap.micros),
                )
                .values(cap_tokens=cap.tokens, cap_micros=cap.micros, warned_percent=0)
            )
        payload: dict[str, JsonValue] = {
            period.value: {"cap_tokens": cap.tokens, "cap_micros": cap.micros} for period, cap in caps.items()
        }
        self._session.add(
            act_audit(client_id=self._client_id, at=at, action="budgets_changed", by=by, payload=payload)
        )

    async def token_balance(self) -> int | None:
        """Prepaid tokens that are left, without what is reserved; None = unmetered."""
        return await self._session.scalar(
            select(Client.token_balance).where(Client.client_id == self._client_id)
        )

    async def _open(self, at: datetime) -> None:
        await self._session.execute(
            text("SELECT open_budgets(:client_id, :on)"), {"client_id": self._client_id, "on": at.date()}
        )
