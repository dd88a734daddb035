"""Tokens and cost of model calls, summed by day, month, process type or model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.processes.models import Process
from docflow.features.usage.models import LlmCall


class GroupBy(StrEnum):
    DAY = "day"
    MONTH = "month"
    PROCESS_TYPE = "process_type"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class UsageSum:
    """`key` is None for calls whose process is gone or has no type yet. `cost_micros` sums the calls whose price is
    known; `unpriced` counts the others.
    """

    key: str | None
    calls: int
    cache_hits: int
    tokens_input: int
    tokens_output: int
    tokens_cache_read: int
    tokens_cache_write: int
    tokens_reasoning: int
    cost_micros: int
    unpriced: int


_FORMS = {GroupBy.DAY: "YYYY-MM-DD", GroupBy.MONTH: "YYYY-MM"}


async def usage_sums(
    session: AsyncSession,
    client_id: UUID,
    *,
    since: datetime,
    until: datetime,
    group_by: GroupBy,
    process_id: UUID | None = None,
) -> Sequence[UsageSum]:
    """In the order of the keys; `until` is exclusive."""
    key = _key(group_by)
    query = (
        select(key.label("key"), *_sums())
        .select_from(LlmCall)
        .where(LlmCall.client_id == client_id, LlmCall.created_at >= since, LlmCall.created_at < until)
        .group_by(key)
        .order_by(key.nulls_last())
    )
    if process_id is not None:
        query = query.where(LlmCall.process_id == process_id)
    if group_by is GroupBy.PROCESS_TYPE:
        same = (Process.client_id == LlmCall.client_id) & (Process.process_id == LlmCall.process_id)
        query = query.outerjoin(Process, same)
    return [UsageSum(**row) for row in (await session.execute(query)).mappings()]


def _key(group_by: GroupBy) -> ColumnElement[str | None]:
    if group_by in _FORMS:
        return func.to_char(func.timezone("UTC", LlmCall.created_at), _FORMS[group_by])
    return cast(LlmCall.model if group_by is GroupBy.MODEL else Process.process_type_id, String)


def _sums() -> list[ColumnElement[int]]:
    def of(column: ColumnElement[int], name: str) -> ColumnElement[int]:
        # sum() of integers is bigint, of bigints numeric.
        return cast(func.coalesce(func.sum(column), 0), LlmCall.cost_micros.type).label(name)

    counted = [
        of(getattr(LlmCall, name), name)
        for name in (
            "tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write", "tokens_reasoning",
            "cost_micros",
        )
    ]  # fmt: skip
    return [
        func.count().label("calls"),
        func.coalesce(func.sum(cast(LlmCall.cache_hit, Integer)), 0).label("cache_hits"),
        *counted,
        func.coalesce(func.sum(case((LlmCall.cost_micros.is_(None), 1), else_=0)), 0).label("unpriced"),
    ]
