from datetime import timedelta
from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.idempotency.service import StoredAnswer
from docflow.features.webhooks.keeping import EndpointChange, EndpointKeeping, EndpointPlan
from fastapi import APIRouter, Depends, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, body_of, body_spec, needs
from docflow_api.etags import MustSee, etag
from docflow_api.repeats import MADE_HEADERS, TheKey, keyed_request, made, once
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.webhooks import (
    CallbackOut,
    DeliveryOut,
    SecretRotation,
    WebhookEndpointIn,
    WebhookEndpointMade,
    WebhookEndpointOut,
    WebhookEndpointPatch,
    delivery_out,
    endpoint_out,
)

router = APIRouter(
    prefix="/v1/webhook-endpoints", tags=["webhooks"], dependencies=[needs(Scope.WEBHOOKS_WRITE)]
)
_ETAG = {"ETag": MADE_HEADERS["ETag"]}


async def _keeping(session: Session, caller: TheCaller, gateway: TheGateway) -> EndpointKeeping:
    return EndpointKeeping(session, caller, gateway.container.sealing)


Keeping = Annotated[EndpointKeeping, Depends(_keeping)]


@router.get("", operation_id="list_webhook_endpoints", responses=problems(422))
async def list_webhook_endpoints(
    *, request: Request, response: Response, keeping: Keeping, gateway: TheGateway, page: ThePage
) -> Page[WebhookEndpointOut]:
    """Newest first."""
    found = await keeping.page(page)
    items = [endpoint_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.post(
    "",
    operation_id="create_webhook_endpoint",
    status_code=201,
    response_model=WebhookEndpointMade,
    responses={201: {"headers": MADE_HEADERS}, **problems(400, 409, 413, 415, 422)},
    openapi_extra=body_spec(WebhookEndpointIn),
)
async def create_webhook_endpoint(
    *,
    request: Request,
    body: Annotated[WebhookEndpointIn, Depends(body_of(WebhookEndpointIn))],
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> Response:
    """Its events are signed with the secret in this answer, which is nowhere else."""
    await gateway.container.egress.check(body.url)

    async def make() -> StoredAnswer:
        plan = EndpointPlan(body.url, body.events, body.headers)
        keeping = EndpointKeeping(session, caller, gateway.container.sealing)
        row, secret = await keeping.make(plan, at=gateway.now())
        place = f"/v1/webhook-endpoints/{row.endpoint_id}"
        return made(place, etag(row.version), endpoint_out(row), {"secret": secret})

    keyed = keyed_request(gateway, request, caller.client, body, idempotency_key)
    async with gateway.bound(caller) as session:
        return await once(gateway, session, keyed, make)


@router.get("/callback", operation_id="get_callback_secret", responses=problems())
async def get_callback_secret(response: Response, keeping: Keeping) -> CallbackOut:
    """The secret that signs what goes to a process's `callback_url`; made when it is first asked for."""
    row = await keeping.callback()
    response.headers.update(etag(row.version))
    return CallbackOut(
        secret=keeping.secret_of(row), old_secret_until=row.old_secret_until, version=row.version
    )


@router.post(
    "/callback/rotate-secret",
    operation_id="rotate_callback_secret",
    responses=problems(400, 413, 415, 422),
    openapi_extra=body_spec(SecretRotation),
)
async def rotate_callback_secret(
    body: Annotated[SecretRotation, Depends(body_of(SecretRotation))],
    response: Response,
    keeping: Keeping,
    gateway: TheGateway,
) -> CallbackOut:
    """A new secret; for a time every message is signed with both."""
    row = await keeping.callback()
    secret = await keeping.rotate(row, overlap=timedelta(seconds=body.overlap_s), at=gateway.now())
    response.headers.update(etag(row.version))
    return CallbackOut(secret=secret, old_secret_until=row.old_secret_until, version=row.version)


async def _own(endpoint_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Another client's id is 404 whatever the body holds, so it is looked up before the body is read."""
    async with gateway.bound(caller) as session:
        await EndpointKeeping(session, caller, gateway.container.sealing).get(endpoint_id)
    return endpoint_id


Own = Annotated[UUID, Depends(_own)]


@router.get(
    "/{endpoint_id}",
    operation_id="get_webhook_endpoint",
    responses={200: {"headers": _ETAG}, **problems(404)},
)
async def get_webhook_endpoint(endpoint_id: UUID, response: Response, keeping: Keeping) -> WebhookEndpointOut:
    """One endpoint, without its secret."""
    row = await keeping.get(endpoint_id)
    response.headers.update(etag(row.version))
    return endpoint_out(row)


@router.patch(
    "/{endpoint_id}",
    operation_id="change_webhook_endpoint",
    responses={200: {"headers": _ETAG}, **problems(400, 404, 412, 413, 415, 422, 428)},
    openapi_extra=body_spec(WebhookEndpointPatch),
)
async def change_webhook_endpoint(
    *,
    endpoint_id: Own,
    seen: MustSee,
    body: Annotated[WebhookEndpointPatch, Depends(body_of(WebhookEndpointPatch))],
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
) -> WebhookEndpointOut:
    """Another address, other events or headers; or `state`, to stop it and to take it up again."""
    if body.url is not None:
        await gateway.container.egress.check(body.url)
    change = EndpointChange(body.url, body.events, body.headers, body.state)
    async with gateway.bound(caller) as session:
        keeping = EndpointKeeping(session, caller, gateway.container.sealing)
        row = await keeping.change(endpoint_id, change, version=seen, at=gateway.now())
    response.headers.update(etag(row.version))
    return endpoint_out(row)


@router.delete(
    "/{endpoint_id}",
    operation_id="delete_webhook_endpoint",
    status_code=204,
    response_class=Response,
    responses=problems(404),
)
async def delete_webhook_endpoint(endpoint_id: UUID, keeping: Keeping, gateway: TheGateway) -> Response:
    """With its deliveries."""
    await keeping.remove(endpoint_id, at=gateway.now())
    return Response(status_code=204)


@router.post(
    "/{endpoint_id}/rotate-secret",
    operation_id="rotate_webhook_secret",
    responses={200: {"headers": _ETAG}, **problems(400, 404, 413, 415, 422)},
    openapi_extra=body_spec(SecretRotation),
)
async def rotate_webhook_secret(
    endpoint_id: Own,
    body: Annotated[SecretRotation, Depends(body_of(SecretRotation))],
    response: Response,
    keeping: Keeping,
    gateway: TheGateway,
) -> WebhookEndpointMade:
    """A new secret, in this answer alone; for a time every message is signed with both."""
    row = await keeping.get(endpoint_id)
    secret = await keeping.rotate(row, overlap=timedelta(seconds=body.overlap_s), at=gateway.now())
    response.headers.update(etag(row.version))
    return WebhookEndpointMade(**endpoint_out(row).model_dump(), secret=secret)


@router.post(
    "/{endpoint_id}/test",
    operation_id="test_webhook_endpoint",
    status_code=202,
    responses=problems(404, 409),
)
async def send_test(endpoint_id: UUID, keeping: Keeping, gateway: TheGateway) -> DeliveryOut:
    """Send an `endpoint.test` message. What came of it stands on the delivery."""
    return delivery_out(await keeping.test(endpoint_id, at=gateway.now()))
