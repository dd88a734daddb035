from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.errors import Problem, UserError
from docflow.features.usage.reports import GroupBy, UsageSum, usage_sums
from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import Session, TheCaller, TheGateway, needs
from docflow_api.schemas.problem import problems
from docflow_api.schemas.texts import Moment
from docflow_api.schemas.usage import CostUsageOut, TokenUsageOut, cost_usage_out, token_usage_out

router = APIRouter(prefix="/v1/usage", tags=["usage"], dependencies=[needs(Scope.ADMIN)])

LONGEST = timedelta(days=750)


@dataclass(frozen=True, slots=True)
class Span:
    since: datetime
    until: datetime
    group_by: GroupBy
    process_id: UUID | None


async def _span(
    gateway: TheGateway,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    group_by: GroupBy = GroupBy.DAY,
    process_id: Annotated[UUID | None, Query(description="The calls of this process alone")] = None,
) -> Span:
    end = until or gateway.now()
    begin = since or datetime(end.year, end.month, 1, tzinfo=UTC)
    if begin > end or end - begin > LONGEST:
        wrong = Problem("/from", f"must lie before `to`, by {LONGEST.days} days at most")
        raise UserError("some values are not valid", problems=[wrong])
    return Span(begin, end, group_by, process_id)


async def _sums(session: AsyncSession, caller: TheCaller, span: Span) -> Sequence[UsageSum]:
    return await usage_sums(
        session,
        caller.client,
        since=span.since,
        until=span.until,
        group_by=span.group_by,
        process_id=span.process_id,
    )


TheSpan = Annotated[Span, Depends(_span)]


@router.get("/tokens", operation_id="get_token_usage", responses=problems(422))
async def get_token_usage(caller: TheCaller, session: Session, span: TheSpan) -> TokenUsageOut:
    """Model tokens, summed. Without `from` since the month of `to` began; `to` is exclusive and else now."""
    sums = await _sums(session, caller, span)
    return token_usage_out(span.group_by, sums)


@router.get("/costs", operation_id="get_cost_usage", responses=problems(422))
async def get_cost_usage(caller: TheCaller, session: Session, span: TheSpan) -> CostUsageOut:
    """What model calls cost, summed. A call whose price is unknown is counted, never taken for free."""
    sums = await _sums(session, caller, span)
    return cost_usage_out(span.group_by, sums)
