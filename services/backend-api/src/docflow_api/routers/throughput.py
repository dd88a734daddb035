from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from docflow.domain.access import Scope
from docflow.domain.errors import Problem, UserError
from docflow.features.processes.throughput import ThroughputBy, throughput_sums
from fastapi import APIRouter, Depends, Query

from docflow_api.deps import Session, TheCaller, TheGateway, needs
from docflow_api.schemas.problem import problems
from docflow_api.schemas.texts import Moment
from docflow_api.schemas.throughput import ThroughputOut, throughput_out

router = APIRouter(prefix="/v1/usage", tags=["usage"], dependencies=[needs(Scope.PROCESSES_READ)])

LONGEST = timedelta(days=100)
USUAL = timedelta(days=30)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Before the first year nothing can be subtracted."""


@dataclass(frozen=True, slots=True)
class Span:
    since: datetime
    until: datetime


async def _span(
    gateway: TheGateway,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
) -> Span:
    end = until or gateway.now()
    begin = since or max(end, EARLIEST) - USUAL
    if begin > end or end - begin > LONGEST:
        wrong = Problem("/from", f"must lie before `to`, by {LONGEST.days} days at most")
        raise UserError("some values are not valid", problems=[wrong])
    return Span(begin, end)


@router.get("/processes", operation_id="get_process_usage", responses=problems(422))
async def get_process_usage(
    caller: TheCaller,
    session: Session,
    span: Annotated[Span, Depends(_span)],
    group_by: ThroughputBy = ThroughputBy.DAY,
) -> ThroughputOut:
    """How many processes came in and what became of them. Without `from` the last 30 days; `to` is exclusive, else now."""
    sums = await throughput_sums(
        session, caller.client, since=span.since, until=span.until, group_by=group_by
    )
    return throughput_out(group_by, sums)
