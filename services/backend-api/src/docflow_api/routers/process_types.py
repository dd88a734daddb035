from typing import Annotated

from docflow.domain.access import Scope
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.process_types.repository import ProcessTypeRepository
from docflow.features.process_types.service import ProcessTypes
from fastapi import APIRouter, Depends, Query, Request, Response

from docflow_api.deps import OwnedSession, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.etags import MustSee, etag
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.process_types import (
    ProcessTypeIn,
    ProcessTypeOut,
    ProcessTypePatch,
    process_type_out,
)
from docflow_api.schemas.texts import TYPE_ID, TypeIdInPath

router = APIRouter(prefix="/v1/process-types", tags=["process types"])

_READS = needs(Scope.PROCESSES_READ, or_platform=True)
_WRITES = needs(Scope.CONFIG_WRITE, or_platform=True)


@router.get("", operation_id="list_process_types", responses=problems(422), dependencies=[_READS])
async def list_process_types(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: OwnedSession,
    gateway: TheGateway,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=100, pattern=TYPE_ID)] = None,
) -> Page[ProcessTypeOut]:
    """The platform's types and the client's own, by their ids."""
    rows = await ProcessTypeRepository(session, caller.client_id).page(limit=limit + 1, after=cursor)
    after = rows[limit - 1].process_type_id if len(rows) > limit else None
    items = [process_type_out(row) for row in rows[:limit]]
    return page_of(items, after, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_process_type",
    status_code=201,
    response_model=ProcessTypeOut,
    responses={201: {"description": "Made", "headers": MADE_HEADERS}, **problems(400, 409, 413, 415, 422)},
    dependencies=[_WRITES],
    openapi_extra=body_spec(ProcessTypeIn),
)
async def create_process_type(
    *,
    request: Request,
    caller: TheCaller,
    body: Annotated[ProcessTypeIn, Depends(body_of(ProcessTypeIn))],
    session: OwnedSession,
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """A type of the client's own, named `<slug>.<name>`; a platform admin makes the platform's."""

    async def make() -> StoredAnswer:
        values = body.model_dump(exclude={"process_type_id"})
        row = await ProcessTypes(session, caller).add(body.process_type_id, values, gateway.now())
        return made(f"/v1/process-types/{row.process_type_id}", etag(row.version), process_type_out(row))

    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    return await once(gateway, session, keyed, make)


@router.get(
    "/{process_type_id}", operation_id="get_process_type", responses=problems(404), dependencies=[_READS]
)
async def get_process_type(
    process_type_id: TypeIdInPath, response: Response, caller: TheCaller, session: OwnedSession
) -> ProcessTypeOut:
    """One type."""
    row = await ProcessTypes(session, caller).get(process_type_id)
    response.headers.update(etag(row.version))
    return process_type_out(row)


async def _own(process_type_id: TypeIdInPath, caller: TheCaller, gateway: TheGateway) -> str:
    """Looked up before the body is read."""
    async with gateway.owned(caller) as session:
        await ProcessTypes(session, caller).own(process_type_id)
    return process_type_id


@router.patch(
    "/{process_type_id}",
    operation_id="change_process_type",
    responses=problems(400, 404, 412, 413, 415, 422, 428),
    dependencies=[_WRITES],
    openapi_extra=body_spec(ProcessTypePatch),
)
async def patch_process_type(
    *,
    process_type_id: Annotated[str, Depends(_own)],
    seen: MustSee,
    body: Annotated[ProcessTypePatch, Depends(body_of(ProcessTypePatch))],
    response: Response,
    caller: TheCaller,
    session: OwnedSession,
    gateway: TheGateway,
) -> ProcessTypeOut:
    """Change a type of one's own. Processes under way are not touched by it."""
    types = ProcessTypes(session, caller)
    row = await types.own(process_type_id)
    changed = await types.change(row, seen, body.model_dump(exclude_unset=True), gateway.now())
    response.headers.update(etag(changed.version))
    return process_type_out(changed)
