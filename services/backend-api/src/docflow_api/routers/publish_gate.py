from typing import Annotated

from docflow.domain.access import Scope
from docflow.features.evaluations.gate import GateSetting, PublishGate
from fastapi import APIRouter, Depends

from docflow_api.deps import Session, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.schemas.evaluations import PublishGateIn, PublishGateOut, gate_out
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/publish-gate", tags=["evaluations"])


@router.get(
    "", operation_id="get_publish_gate", responses=problems(), dependencies=[needs(Scope.CONFIG_WRITE)]
)
async def get_publish_gate(caller: TheCaller, session: Session) -> PublishGateOut:
    """What is asked before a prompt or a configuration is published."""
    return gate_out(await PublishGate(session, caller.client).setting())


@router.put(
    "",
    operation_id="set_publish_gate",
    responses=problems(400, 413, 415, 422),
    # Whoever publishes does not thereby lift what holds them back.
    dependencies=[needs(Scope.ADMIN)],
    openapi_extra=body_spec(PublishGateIn),
)
async def set_publish_gate(
    caller: TheCaller,
    body: Annotated[PublishGateIn, Depends(body_of(PublishGateIn))],
    session: Session,
    gateway: TheGateway,
) -> PublishGateOut:
    """`off`, `warn` (the answer tells) or `refuse` (409 without a comparison that passed)."""
    setting = GateSetting(body.mode, body.min_documents)
    await PublishGate(session, caller.client).change(setting, by=caller.name, at=gateway.now())
    return gate_out(setting)
