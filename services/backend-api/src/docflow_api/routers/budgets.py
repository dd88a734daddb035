from typing import Annotated

from docflow.domain.access import Scope
from docflow.features.usage.budgets import Budgets, Period
from fastapi import APIRouter, Depends

from docflow_api.deps import Gateway, Session, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.schemas.problem import problems
from docflow_api.schemas.usage import BudgetsIn, BudgetsOut, budget_out, caps_of

router = APIRouter(prefix="/v1/budgets", tags=["usage"], dependencies=[needs(Scope.ADMIN)])


@router.get("", operation_id="get_budgets", responses=problems())
async def get_budgets(caller: TheCaller, session: Session, gateway: TheGateway) -> BudgetsOut:
    """What may be spent on models today and this month, and what of it is gone."""
    return await _shown(Budgets(session, caller.client), gateway)


@router.put(
    "",
    operation_id="set_budgets",
    responses=problems(400, 413, 415, 422),
    openapi_extra=body_spec(BudgetsIn),
)
async def set_budgets(
    caller: TheCaller,
    body: Annotated[BudgetsIn, Depends(body_of(BudgetsIn))],
    session: Session,
    gateway: TheGateway,
) -> BudgetsOut:
    """Set all limits. They bind calls that begin from now on; what is spent stays."""
    budgets = Budgets(session, caller.client)
    limits = {Period.DAY: caps_of(body.day), Period.MONTH: caps_of(body.month)}
    await budgets.limit(limits, by=caller.name, at=gateway.now())
    return await _shown(budgets, gateway)


async def _shown(budgets: Budgets, gateway: Gateway) -> BudgetsOut:
    current = await budgets.current(gateway.now())
    return BudgetsOut(
        token_balance=await budgets.token_balance(),
        day=budget_out(current[Period.DAY]),
        month=budget_out(current[Period.MONTH]),
    )
