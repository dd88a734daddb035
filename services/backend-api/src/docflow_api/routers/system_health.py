from docflow.domain.access import Scope
from docflow.runtime.system_health import system_health
from fastapi import APIRouter, Request

from docflow_api.deps import TheGateway, needs
from docflow_api.schemas.problem import problems
from docflow_api.schemas.system_health import SystemHealthOut, system_health_out

router = APIRouter(tags=["health"], dependencies=[needs(Scope.ADMIN, or_platform=True)])


@router.get("/v1/system-health", operation_id="get_system_health", responses=problems())
async def get_system_health(request: Request, gateway: TheGateway) -> SystemHealthOut:
    """How the installation fares: its parts, workers, vendors of models, timed work, and how long the oldest waits."""
    container = gateway.container
    found = await system_health(container.database, container.transport, container.models)
    return system_health_out(found, request.app.version)
