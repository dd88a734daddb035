from typing import Annotated

from docflow.domain.access import Scope
from docflow.features.users.factor_rule import FactorRules
from fastapi import APIRouter, Depends

from docflow_api.deps import Gateway, Session, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.schemas.factor_rule import FactorRuleIn, FactorRuleOut
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/second-factor-rule", tags=["users"], dependencies=[needs(Scope.ADMIN)])


@router.get("", operation_id="get_second_factor_rule", responses=problems())
async def get_second_factor_rule(caller: TheCaller, session: Session, gateway: TheGateway) -> FactorRuleOut:
    """Of whom the client requires a second factor: nobody (`off`), `admins` or `everyone`."""
    return await _shown(FactorRules(session, caller.client), gateway)


@router.put(
    "",
    operation_id="set_second_factor_rule",
    responses=problems(400, 413, 415, 422),
    openapi_extra=body_spec(FactorRuleIn),
)
async def set_second_factor_rule(
    caller: TheCaller,
    body: Annotated[FactorRuleIn, Depends(body_of(FactorRuleIn))],
    session: Session,
    gateway: TheGateway,
) -> FactorRuleOut:
    """Whoever it holds for and has none can only set one up, from their next request on: 403 `second_factor_required`."""
    rules = FactorRules(session, caller.client)
    await rules.change(body.required_of, by=caller.name, at=gateway.now())
    return await _shown(rules, gateway)


async def _shown(rules: FactorRules, gateway: Gateway) -> FactorRuleOut:
    own, without = await rules.get(), await rules.without()
    return FactorRuleOut(
        required_of=own,
        in_force=own or gateway.container.settings.auth.second_factor,
        admins_without=without.admins,
        everyone_without=without.everyone,
    )
