from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.errors import Forbidden, NotFound
from docflow.domain.stages import Role
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.mails.kinds import MailKind
from docflow.features.mails.repository import queue_mail
from docflow.features.users.people import People
from docflow.features.users.repository import UserRepository
from fastapi import APIRouter, Depends, Query, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.etags import MustSee, etag
from docflow_api.managing import ManagedClient
from docflow_api.repeats import TheKey, keyed_request, made, once
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.users import UserIn, UserOut, UserPatch, user_out

router = APIRouter(prefix="/v1/users", tags=["users"])


@router.get("", operation_id="list_users", responses=problems(422), dependencies=[needs(Scope.ADMIN)])
async def list_users(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
    role: Annotated[Role | None, Query()] = None,
    status: Annotated[str | None, Query(pattern="^(active|inactive|pending)$")] = None,
) -> Page[UserOut]:
    """The client's people, newest first."""
    found = await UserRepository(session, caller.client).page(page, role=role, status=status)
    cursor = found.next.encode() if found.next else None
    return page_of([user_out(row) for row in found.rows], cursor, request, response, gateway.public_url)


async def _refuse_in_production(client_id: ManagedClient, gateway: TheGateway) -> None:
    if gateway.container.settings.is_production:
        raise Forbidden("people are invited here; nobody sets a password for somebody else")


@router.post(
    "",
    operation_id="create_user",
    status_code=201,
    response_model=UserOut,
    responses=problems(400, 404, 409, 413, 415, 422),
    dependencies=[Depends(_refuse_in_production)],
    openapi_extra=body_spec(UserIn),
)
async def create_user(
    *,
    request: Request,
    client_id: ManagedClient,
    body: Annotated[UserIn, Depends(body_of(UserIn))],
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> Response:
    """Add somebody with a password, outside production only; elsewhere people are invited."""
    gateway.policy.check(body.password, email=body.email)
    password_hash = await gateway.passwords.hash(body.password)

    async def make() -> StoredAnswer:
        people = People(session, client_id, by=caller.name, at=gateway.now())
        row = await people.add(body.email, Role(body.role), password_hash)
        values = {"email": row.email, "user_id": str(row.user_id)}
        queue_mail(session, gateway.container.sealing, MailKind.VERIFICATION, client_id, values)
        return made(f"/v1/users/{row.user_id}", etag(row.version), user_out(row))

    keyed = keyed_request(gateway, request, client_id, body, idempotency_key)
    async with gateway.container.database.client(client_id) as session:
        return await once(gateway, session, keyed, make)


@router.get("/{user_id}", operation_id="get_user", responses=problems(404), dependencies=[needs(Scope.ADMIN)])
async def get_user(user_id: UUID, response: Response, caller: TheCaller, session: Session) -> UserOut:
    """One of the client's people."""
    row = await UserRepository(session, caller.client).get(user_id)
    if row is None:
        raise NotFound("no such user")
    response.headers.update(etag(row.version))
    return user_out(row)


async def _known(user_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Another client's id is 404 whatever the rest of the request holds."""
    async with gateway.bound(caller) as session:
        if await UserRepository(session, caller.client).get(user_id) is None:
            raise NotFound("no such user")
    return user_id


@router.patch(
    "/{user_id}",
    operation_id="change_user",
    responses=problems(400, 404, 409, 412, 413, 415, 422, 428),
    dependencies=[needs(Scope.ADMIN)],
    openapi_extra=body_spec(UserPatch),
)
async def change_user(
    *,
    user_id: Annotated[UUID, Depends(_known)],
    version: MustSee,
    body: Annotated[UserPatch, Depends(body_of(UserPatch))],
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
) -> UserOut:
    """Another role, or switched off and on. Ends the person's sessions. The last active admin stays one."""
    people = People(session, caller.client, by=caller.name, at=gateway.now())
    role = Role(body.role) if body.role else None
    row = await people.change(user_id, role=role, status=body.status, version=version)
    response.headers.update(etag(row.version))
    return user_out(row)
