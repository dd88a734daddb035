from datetime import date

from docflow_client.models.base import Answer


class ThroughputSum(Answer):
    """`unseen` completed without a person, `reviewed` after one, `waiting` are held for one; of the `cancelled` a reviewer
    `rejected` so many. `median_s` is the unseen ones'.
    """

    key: str | None
    received: int
    unseen: int
    reviewed: int
    waiting: int
    failed: int
    cancelled: int
    rejected: int = 0
    median_s: float | None = None


class Throughput(Answer):
    group_by: str
    data: list[ThroughputSum]


class TokenSum(Answer):
    """`tokens_input` holds what the vendor's prompt cache had or took; `tokens_output` holds the reasoning."""

    key: str | None
    calls: int
    cache_hits: int
    tokens_input: int
    tokens_output: int
    tokens_cache_read: int
    tokens_cache_write: int
    tokens_reasoning: int


class TokenUsage(Answer):
    group_by: str
    data: list[TokenSum]
    total: TokenSum


class CostSum(Answer):
    """`cost` is a decimal string, null where no price is known; `unpriced_calls` counts those without one."""

    key: str | None
    calls: int
    unpriced_calls: int
    cost: str | None


class CostUsage(Answer):
    group_by: str
    currency: str
    data: list[CostSum]
    total: CostSum


class Budget(Answer):
    """Costs are decimal strings; a cap of null is none. `warned_percent` is the last step that was told of: 0, 50, 80, 100."""

    period_start: date
    cap_tokens: int | None
    spent_tokens: int
    reserved_tokens: int
    cap_cost: str | None
    spent_cost: str
    reserved_cost: str
    warned_percent: int


class ClientBudgets(Answer):
    """`token_balance` is what is left of prepaid tokens; null = unmetered."""

    currency: str
    token_balance: int | None
    day: Budget
    month: Budget
