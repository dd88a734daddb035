from typing import Annotated, Literal
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.webhooks.listing import Deliveries, DeliveryFilter
from fastapi import APIRouter, Query, Request, Response

from docflow_api.deps import Session, TheCaller, TheGateway, ThePage, needs
from docflow_api.schemas.page import Page, page_of
from docflow_api.schemas.problem import problems
from docflow_api.schemas.webhooks import DeliveryOut, delivery_out

router = APIRouter(
    prefix="/v1/webhook-deliveries", tags=["webhooks"], dependencies=[needs(Scope.WEBHOOKS_WRITE)]
)


@router.get("", operation_id="list_webhook_deliveries", responses=problems(422))
async def list_webhook_deliveries(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    session: Session,
    gateway: TheGateway,
    page: ThePage,
    endpoint_id: UUID | None = None,
    process_id: UUID | None = None,
    state: Annotated[Literal["pending", "sending", "delivered", "failed"] | None, Query()] = None,
    event_type: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")] = None,
) -> Page[DeliveryOut]:
    """Messages with their tries, newest first."""
    chosen = DeliveryFilter(endpoint_id, process_id, state, event_type)
    found = await Deliveries(session, caller.client).page(chosen, page)
    items = [delivery_out(row) for row in found.rows]
    return page_of(items, found.next.encode() if found.next else None, request, response, gateway.public_url)


@router.get("/{delivery_id}", operation_id="get_webhook_delivery", responses=problems(404))
async def get_webhook_delivery(delivery_id: UUID, caller: TheCaller, session: Session) -> DeliveryOut:
    """One message with its tries."""
    return delivery_out(await Deliveries(session, caller.client).get(delivery_id))


@router.post(
    "/{delivery_id}/redeliver",
    operation_id="redeliver_webhook",
    status_code=202,
    responses=problems(404, 409),
)
async def redeliver_webhook(
    delivery_id: UUID, caller: TheCaller, session: Session, gateway: TheGateway
) -> DeliveryOut:
    """Send it again, under the same `webhook-id`, with all its tries ahead."""
    row = await Deliveries(session, caller.client).redeliver(delivery_id, caller, at=gateway.now())
    return delivery_out(row)
