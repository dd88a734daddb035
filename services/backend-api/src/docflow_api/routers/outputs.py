from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.outputs.listing import OutputActions
from docflow.features.processes.repository import ProcessRepository
from docflow.features.webhooks.listing import Deliveries
from fastapi import APIRouter

from docflow_api.deps import Session, TheCaller, TheGateway, needs
from docflow_api.schemas.outputs import OutputActionOut, OutputsOut, action_out
from docflow_api.schemas.problem import problems
from docflow_api.schemas.webhooks import delivery_out

router = APIRouter(tags=["outputs"])


@router.get(
    "/v1/processes/{process_id}/outputs",
    operation_id="list_process_outputs",
    responses=problems(404),
    dependencies=[needs(Scope.PROCESSES_READ)],
)
async def list_process_outputs(process_id: UUID, caller: TheCaller, session: Session) -> OutputsOut:
    """What goes out for the process: its output actions and webhook deliveries, each with its own state."""
    await ProcessRepository(session, caller.client).get(process_id)
    actions = await OutputActions(session, caller.client).of_process(process_id)
    deliveries = await Deliveries(session, caller.client).of_process(process_id)
    return OutputsOut(
        actions=[action_out(row) for row in actions],
        deliveries=[delivery_out(row) for row in deliveries],
    )


@router.post(
    "/v1/output-actions/{action_id}/retry",
    operation_id="retry_output_action",
    status_code=202,
    responses=problems(404, 409),
    dependencies=[needs(Scope.PROCESSES_WRITE)],
)
async def retry_output_action(
    action_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> OutputActionOut:
    """Try a failed action again, or a waiting one at once. What succeeded is never repeated."""
    return action_out(await OutputActions(session, caller.client).retry(action_id, caller, at=gateway.now()))
