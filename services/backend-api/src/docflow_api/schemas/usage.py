from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from docflow.features.usage.budgets import Caps
from docflow.features.usage.models import Budget
from docflow.features.usage.reports import GroupBy, UsageSum
from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema

MICROS = 1_000_000
MAX_TOKENS = 1_000_000_000_000_000
MAX_USD = Decimal(1_000_000_000)


class TokenSumOut(Schema):
    """`tokens_input` holds what the vendor's prompt cache had or took; `tokens_output` holds the reasoning."""

    key: str | None
    calls: int
    cache_hits: int
    tokens_input: int
    tokens_output: int
    tokens_cache_read: int
    tokens_cache_write: int
    tokens_reasoning: int


class TokenUsageOut(Schema):
    """`key` is a day, a month, a process type or a model; null where the process is gone or has no type."""

    group_by: GroupBy
    data: list[TokenSumOut]
    total: TokenSumOut


class CostSumOut(Schema):
    """`cost` sums the calls whose price is known and is null where none is; `unpriced_calls` counts the others."""

    key: str | None
    calls: int
    unpriced_calls: int
    cost: Decimal | None


class CostUsageOut(Schema):
    group_by: GroupBy
    currency: str = "USD"
    data: list[CostSumOut]
    total: CostSumOut


class BudgetCaps(Schema):
    """null = without limit."""

    model_config = ConfigDict(extra="forbid")

    cap_tokens: int | None = Field(default=None, strict=True, ge=0, le=MAX_TOKENS)
    """Input and output together."""
    cap_cost: Decimal | None = Field(default=None, ge=0, le=MAX_USD, decimal_places=6)
    """US dollars as a decimal string."""


class BudgetsIn(Schema):
    """Limits of the day and the month, in UTC; what is left out has none. They hold from now on, until changed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"day": {"cap_tokens": 2000000}, "month": {"cap_cost": "250.00"}}],
        },
    )

    day: BudgetCaps = BudgetCaps()
    month: BudgetCaps = BudgetCaps()


class BudgetOut(Schema):
    """`reserved_*` is held for calls under way; `warned_percent` the last step that was told of: 0, 50, 80, 100."""

    period_start: date
    cap_tokens: int | None
    spent_tokens: int
    reserved_tokens: int
    cap_cost: Decimal | None
    spent_cost: Decimal
    reserved_cost: Decimal
    warned_percent: int


class BudgetsOut(Schema):
    """`token_balance` is what is left of prepaid tokens; null = unmetered."""

    currency: str = "USD"
    token_balance: int | None
    day: BudgetOut
    month: BudgetOut


def usd(micros: int) -> Decimal:
    return (Decimal(micros) / MICROS).quantize(Decimal("0.000001"))


def caps_of(given: BudgetCaps) -> Caps:
    return Caps(given.cap_tokens, None if given.cap_cost is None else int(given.cap_cost * MICROS))


def budget_out(row: Budget) -> BudgetOut:
    return BudgetOut(
        period_start=row.period_start,
        cap_tokens=row.cap_tokens,
        spent_tokens=row.spent_tokens,
        reserved_tokens=row.reserved_tokens,
        cap_cost=None if row.cap_micros is None else usd(row.cap_micros),
        spent_cost=usd(row.spent_micros),
        reserved_cost=usd(row.reserved_micros),
        warned_percent=row.warned_percent,
    )


_COUNTS = ("calls", "cache_hits", "tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning")  # fmt: skip


def token_usage_out(group_by: GroupBy, sums: Sequence[UsageSum]) -> TokenUsageOut:
    rows = [TokenSumOut(key=each.key, **{name: getattr(each, name) for name in _COUNTS}) for each in sums]
    total = {name: sum(getattr(each, name) for each in sums) for name in _COUNTS}
    return TokenUsageOut(group_by=group_by, data=rows, total=TokenSumOut(key=None, **total))


def cost_usage_out(group_by: GroupBy, sums: Sequence[UsageSum]) -> CostUsageOut:
    calls, unpriced = (sum(each.calls for each in sums), sum(each.unpriced for each in sums))
    total = _costs(None, calls, unpriced, sum(each.cost_micros for each in sums))
    rows = [_costs(each.key, each.calls, each.unpriced, each.cost_micros) for each in sums]
    return CostUsageOut(group_by=group_by, data=rows, total=total)


def _costs(key: str | None, calls: int, unpriced: int, micros: int) -> CostSumOut:
    known = calls == 0 or unpriced < calls
    return CostSumOut(key=key, calls=calls, unpriced_calls=unpriced, cost=usd(micros) if known else None)
