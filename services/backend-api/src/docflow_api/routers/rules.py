from typing import Annotated

from docflow.domain.access import Scope
from fastapi import APIRouter, Depends

from docflow_api.deps import TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.rule_checks import try_rules
from docflow_api.schemas.problem import problems
from docflow_api.schemas.rules import RuleCheckedOut, RuleCheckIn, RuleCheckOut, finding_out

router = APIRouter(prefix="/v1/rules", tags=["configurations"])


@router.post(
    "/check",
    operation_id="check_rules",
    responses=problems(400, 404, 413, 415, 422),
    # What rules find tells of values, of this process and of others.
    dependencies=[needs(Scope.CONFIG_WRITE), needs(Scope.RESULTS_READ)],
    openapi_extra=body_spec(RuleCheckIn),
)
async def check_rules(
    caller: TheCaller,
    gateway: TheGateway,
    body: Annotated[RuleCheckIn, Depends(body_of(RuleCheckIn))],
) -> RuleCheckOut:
    """What each rule finds, and why one cannot be used; nothing is kept. Without data and process only the latter."""
    found = await try_rules(gateway, caller, body)
    return RuleCheckOut(
        data=[
            RuleCheckedOut(rule=n, problem=one.problem, findings=[finding_out(each) for each in one.findings])
            for n, one in enumerate(found)
        ]
    )
