from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.stages import Role
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.users.invitations import Invitations
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.managing import ManagedClient
from docflow_api.repeats import TheKey, keyed_request, once
from docflow_api.routers.recovery import counted
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import only, problems
from docflow_api.schemas.users import (
    AcceptIn,
    InvitationIn,
    InvitationOut,
    NewInvitationOut,
    UserOut,
    invitation_out,
    user_out,
)

router = APIRouter(prefix="/v1/invitations", tags=["users"])


@router.get("", operation_id="list_invitations", responses=problems(422), dependencies=[needs(Scope.ADMIN)])
async def list_invitations(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
) -> Page[InvitationOut]:
    """Newest first; those that were accepted or ran out too."""
    now = gateway.now()
    found = await Invitations(session, caller.client, by=caller.name, at=now).page(page)
    cursor = found.next.encode() if found.next else None
    items = [invitation_out(row, now) for row in found.rows]
    return page_of(items, cursor, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_invitation",
    status_code=201,
    response_model=NewInvitationOut,
    responses=problems(400, 404, 409, 413, 415, 422),
    openapi_extra=body_spec(InvitationIn),
)
async def create_invitation(
    *,
    request: Request,
    client_id: ManagedClient,
    body: Annotated[InvitationIn, Depends(body_of(InvitationIn))],
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> Response:
    """Invite somebody by mail. The token is shown this once, for whoever hands it over in another way."""
    at = gateway.now()

    async def make() -> StoredAnswer:
        invitations = Invitations(session, client_id, by=caller.name, at=at)
        row, token = await invitations.create(
            body.email,
            Role(body.role),
            sealing=gateway.container.sealing,
            created_by=caller.user_id,
            language=body.language,
        )
        shown = invitation_out(row, at).model_dump(mode="json")
        return StoredAnswer(201, {}, shown, shown_once={"token": token})

    keyed = keyed_request(gateway, request, client_id, body, idempotency_key)
    async with gateway.container.database.client(client_id) as session:
        return await once(gateway, session, keyed, make)


@router.delete(
    "/{invitation_id}",
    operation_id="revoke_invitation",
    status_code=204,
    responses=problems(404, 409),
    dependencies=[needs(Scope.ADMIN)],
)
async def revoke_invitation(
    invitation_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> Response:
    """Take an invitation back; its token is worth nothing from then on."""
    invitations = Invitations(session, caller.client, by=caller.name, at=gateway.now())
    await invitations.revoke(invitation_id)
    return Response(status_code=204)


@router.post(
    "/accept",
    operation_id="accept_invitation",
    status_code=201,
    responses=only(400, 401, 403, 413, 415, 422, 429, 500, 503),
    dependencies=[Depends(counted)],
    openapi_extra=body_spec(AcceptIn),
)
async def accept_invitation(
    body: Annotated[AcceptIn, Depends(body_of(AcceptIn))], gateway: TheGateway
) -> UserOut:
    """Become one of the client's people, by the token of an invitation. Works once."""
    return user_out(await gateway.joining.accept(body.token, body.password, at=gateway.now()))
