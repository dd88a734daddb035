from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.api_keys.keeping import ApiKeyKeeping, KeyChange, KeyPlan
from docflow.features.api_keys.repository import ApiKeyRepository
from docflow.features.idempotency.service import StoredAnswer
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.etags import MustSee, etag
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.api_keys import ApiKeyChange, ApiKeyIn, ApiKeyMade, ApiKeyOut, api_key_out
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/api-keys", tags=["api keys"], dependencies=[needs(Scope.ADMIN)])
_ETAG = {"ETag": MADE_HEADERS["ETag"]}


@router.get("", operation_id="list_api_keys", responses=problems(422))
async def list_api_keys(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
) -> Page[ApiKeyOut]:
    """The client's keys, newest first, the revoked ones too."""
    found = await ApiKeyRepository(session, caller.client).page(page)
    items = [api_key_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_api_key",
    status_code=201,
    response_model=ApiKeyMade,
    responses={201: {"headers": MADE_HEADERS}, **problems(400, 409, 413, 415, 422)},
    openapi_extra=body_spec(ApiKeyIn),
)
async def create_api_key(
    *,
    request: Request,
    body: Annotated[ApiKeyIn, Depends(body_of(ApiKeyIn))],
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> Response:
    """A new key with scopes that the caller holds too. The key itself is in this answer and nowhere else."""
    plan = KeyPlan(body.name, body.scopes, body.expires_at, body.requests_per_minute)
    env = "live" if gateway.container.settings.is_production else "dev"

    async def make() -> StoredAnswer:
        row, key = await ApiKeyKeeping(session, caller).make(plan, env=env, at=gateway.now())
        return made(f"/v1/api-keys/{row.api_key_id}", etag(row.version), api_key_out(row), {"key": key})

    keyed = keyed_request(gateway, request, caller.client, body, idempotency_key)
    async with gateway.bound(caller) as session:
        return await once(gateway, session, keyed, make)


@router.get("/{api_key_id}", operation_id="get_api_key", responses={200: {"headers": _ETAG}, **problems(404)})
async def get_api_key(api_key_id: UUID, response: Response, caller: TheCaller, session: Session) -> ApiKeyOut:
    """One key, without its secret."""
    row = await ApiKeyRepository(session, caller.client).get(api_key_id)
    response.headers.update(etag(row.version))
    return api_key_out(row)


async def _own(api_key_id: UUID, caller: TheCaller, session: Session) -> UUID:
    """Another client's id is 404 whatever the body holds, so it is looked up before the body is read."""
    await ApiKeyRepository(session, caller.client).get(api_key_id)
    return api_key_id


@router.patch(
    "/{api_key_id}",
    operation_id="change_api_key",
    responses={200: {"headers": _ETAG}, **problems(400, 404, 409, 412, 413, 415, 422, 428)},
    openapi_extra=body_spec(ApiKeyChange),
)
async def change_api_key(
    *,
    api_key_id: Annotated[UUID, Depends(_own)],
    seen: MustSee,
    body: Annotated[ApiKeyChange, Depends(body_of(ApiKeyChange))],
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
) -> ApiKeyOut:
    """Another name or limit. Scopes and expiry are for good: make another key."""
    limit_given = "requests_per_minute" in body.model_fields_set
    row = await ApiKeyKeeping(session, caller).change(
        api_key_id,
        KeyChange(body.name, body.requests_per_minute, limit_given),
        version=seen,
        at=gateway.now(),
    )
    response.headers.update(etag(row.version))
    return api_key_out(row)


@router.delete("/{api_key_id}", operation_id="revoke_api_key", status_code=204, responses=problems(404))
async def revoke_api_key(
    api_key_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> Response:
    """Revoked, it is refused from the next request; it stays in the list. Safe to repeat."""
    await ApiKeyKeeping(session, caller).revoke(api_key_id, at=gateway.now())
    return Response(status_code=204)
