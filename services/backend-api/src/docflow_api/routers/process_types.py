from typing import Annotated

from docflow.domain.access import Scope
from docflow.domain.errors import NotFound
from docflow.features.process_types.repository import ProcessTypeRepository
from fastapi import APIRouter, Query, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, needs
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.process_types import ProcessTypeOut, process_type_out

router = APIRouter(
    prefix="/v1/process-types", tags=["process types"], dependencies=[needs(Scope.PROCESSES_READ)]
)


@router.get("", operation_id="list_process_types", responses=problems(422))
async def list_process_types(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[ProcessTypeOut]:
    """The platform's types and the client's own, by their ids."""
    rows = await ProcessTypeRepository(session, caller.client).page(limit=limit + 1, after=cursor)
    after = rows[limit - 1].process_type_id if len(rows) > limit else None
    items = [process_type_out(row) for row in rows[:limit]]
    return page_of(items, after, request, response, gateway.public_url)


@router.get("/{process_type_id}", operation_id="get_process_type", responses=problems(404))
async def get_process_type(process_type_id: str, caller: TheCaller, session: Session) -> ProcessTypeOut:
    """One type."""
    row = await ProcessTypeRepository(session, caller.client).get(process_type_id)
    if row is None:
        raise NotFound("no such process type")
    return process_type_out(row)
