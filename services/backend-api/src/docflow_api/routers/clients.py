from typing import Annotated
from uuid import UUID

from docflow.domain.ids import new_id
from docflow.features.clients.directory import NewClient
from docflow.features.clients.service import add_client, change_client, directory_for, tell_of_new
from docflow.features.idempotency.service import StoredAnswer
from fastapi import APIRouter, Depends, Query, Request, Response

from docflow_api.deps import OwnedSession, TheCaller, TheGateway, ThePage, body_of, body_spec, needs_platform
from docflow_api.etags import MustSee, etag
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.clients import ClientIn, ClientOut, ClientPatch, ClientStatus, client_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/clients", tags=["clients"], dependencies=[needs_platform])


@router.get("", operation_id="list_clients", responses=problems(422))
async def list_clients(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: OwnedSession,
    gateway: TheGateway,
    page: ThePage,
    status: Annotated[ClientStatus | None, Query()] = None,
) -> Page[ClientOut]:
    """All clients, newest first."""
    found = await directory_for(session, caller).page(page, status=status.value if status else None)
    cursor = found.next.encode() if found.next else None
    return page_of([client_out(row) for row in found.rows], cursor, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_client",
    status_code=201,
    response_model=ClientOut,
    responses={201: {"description": "Made", "headers": MADE_HEADERS}, **problems(400, 409, 413, 415, 422)},
    openapi_extra=body_spec(ClientIn),
)
async def create_client(
    *,
    request: Request,
    caller: TheCaller,
    body: Annotated[ClientIn, Depends(body_of(ClientIn))],
    gateway: TheGateway,
    key: TheKey = None,
) -> Response:
    """A new client, active at once. Its people come by invitation."""
    client_id = new_id()
    keyed = keyed_request(gateway, request, caller.client_id, body, key)
    async with gateway.owned(caller) as session:

        async def make() -> StoredAnswer:
            new = NewClient(body.name, body.slug, body.subscription_tier.value, body.token_balance)
            entry = await add_client(session, caller, client_id, new)
            tag = etag(entry.version)
            return made(f"/v1/clients/{client_id}", tag, client_out(entry))

        answer = await once(gateway, session, keyed, make)
        if "idempotent-replayed" not in answer.headers:
            entry = await directory_for(session, caller).get(client_id)
            await gateway.container.database.bind(session, client_id)
            tell_of_new(session, caller, entry, gateway.now())
    return answer


async def _known(client_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Looked up before the body is read."""
    async with gateway.owned(caller) as session:
        await directory_for(session, caller).get(client_id)
    return client_id


@router.get("/{client_id}", operation_id="get_client", responses=problems(404))
async def get_client(
    client_id: UUID, response: Response, caller: TheCaller, session: OwnedSession
) -> ClientOut:
    """One client."""
    entry = await directory_for(session, caller).get(client_id)
    response.headers.update(etag(entry.version))
    return client_out(entry)


@router.patch(
    "/{client_id}",
    operation_id="change_client",
    responses=problems(400, 404, 412, 413, 415, 422, 428),
    openapi_extra=body_spec(ClientPatch),
)
async def patch_client(
    *,
    client_id: Annotated[UUID, Depends(_known)],
    seen: MustSee,
    body: Annotated[ClientPatch, Depends(body_of(ClientPatch))],
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
) -> ClientOut:
    """Change a client. Suspended or inactive, its people and keys are refused from their next request; what was
    accepted before is read and delivered to its end."""
    changes = body.model_dump(mode="json", exclude_unset=True)
    async with gateway.container.database.client(client_id) as session:
        entry = await change_client(
            session, caller, client_id, version=seen, changes=changes, at=gateway.now()
        )
    response.headers.update(etag(entry.version))
    return client_out(entry)
