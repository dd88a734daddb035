from typing import Annotated

from docflow.domain.access import Scope
from docflow.features.retention.service import Retention
from fastapi import APIRouter, Depends, Query

from docflow_api.deps import Gateway, Session, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.schemas.problem import problems
from docflow_api.schemas.retention import MOST_DAYS, RetentionIn, RetentionOut

router = APIRouter(prefix="/v1/retention", tags=["processes"], dependencies=[needs(Scope.ADMIN)])


@router.get("", operation_id="get_retention", responses=problems(422))
async def get_retention(
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    if_days: Annotated[
        int | None,
        Query(ge=1, le=MOST_DAYS, description="Count `due` as if this were set; nothing changes"),
    ] = None,
) -> RetentionOut:
    """For how many days documents and results are kept; null = for good."""
    return await _shown(Retention(session, caller.client), gateway, if_days)


@router.put(
    "",
    operation_id="set_retention",
    responses=problems(400, 413, 415, 422),
    openapi_extra=body_spec(RetentionIn),
)
async def set_retention(
    caller: TheCaller,
    body: Annotated[RetentionIn, Depends(body_of(RetentionIn))],
    session: Session,
    gateway: TheGateway,
) -> RetentionOut:
    """Processes that ended and did not change for so long are erased, within an hour; `due` of the answer at the next look."""
    retention = Retention(session, caller.client)
    await retention.change(body.keep_days, by=caller.name, at=gateway.now())
    return await _shown(retention, gateway)


async def _shown(retention: Retention, gateway: Gateway, if_days: int | None = None) -> RetentionOut:
    keep_days = await retention.keep_days()
    days = if_days or keep_days
    due = 0 if days is None else await retention.count_due(days, gateway.now())
    return RetentionOut(keep_days=keep_days, due=due)
