from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.stages import Stage
from docflow.features.stage_runs.dead import DeadFilter, DeadRuns
from fastapi import APIRouter, Depends, Query, Request, Response

from docflow_api.deps import TheCaller, TheGateway, ThePage, needs
from docflow_api.schemas.dead_runs import DeadRunOut, ReplayedOut, dead_run_out, replayed_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems

router = APIRouter(
    prefix="/v1/dead-runs", tags=["dead runs"], dependencies=[needs(Scope.ADMIN, or_platform=True)]
)


async def _dead(caller: TheCaller, gateway: TheGateway) -> DeadRuns:
    return DeadRuns(gateway.container.database, None if caller.is_platform else caller.client)


Dead = Annotated[DeadRuns, Depends(_dead)]


@router.get("", operation_id="list_dead_runs", responses=problems(422))
async def list_dead_runs(
    *,
    request: Request,
    response: Response,
    dead: Dead,
    gateway: TheGateway,
    page: ThePage,
    stage: Annotated[Stage | None, Query()] = None,
    error_code: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")] = None,
) -> Page[DeadRunOut]:
    """What failed for good and was neither tried again nor dropped, newest first; of all clients for a platform admin."""
    found = await dead.page(DeadFilter(stage, error_code), page)
    items = [dead_run_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.post(
    "/{run_id}/replay", operation_id="replay_dead_run", status_code=202, responses=problems(404, 409)
)
async def replay_dead_run(run_id: UUID, caller: TheCaller, dead: Dead, gateway: TheGateway) -> ReplayedOut:
    """Go on with its process from the stage it stopped in, with all its tries ahead."""
    run = await dead.one(DeadFilter(run_id=run_id))
    changed = await dead.replay(run, by=caller.name, at=gateway.now(), public_url=gateway.public_url)
    await gateway.container.transport.hint(changed.hints)
    return replayed_out(changed)


@router.post(
    "/{run_id}/drop",
    operation_id="drop_dead_run",
    status_code=204,
    response_class=Response,
    responses=problems(404, 409),
)
async def drop_dead_run(run_id: UUID, caller: TheCaller, dead: Dead, gateway: TheGateway) -> Response:
    """Take it off the list. Its process stays failed, and can still be tried again by itself."""
    await dead.drop(await dead.one(DeadFilter(run_id=run_id)), by=caller.name, at=gateway.now())
    return Response(status_code=204)
