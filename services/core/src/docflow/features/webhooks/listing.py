"""Deliveries as a client sees them, and sending one again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from docflow.db.lists import page_of_rows
from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, NotFound
from docflow.domain.paging import PageOf, PageRequest
from docflow.features.audit.messages import act_audit
from docflow.features.webhooks.models import WebhookDelivery, WebhookEndpoint

MOST_OF_PROCESS = 200


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """None = any."""

    endpoint_id: UUID | None = None
    process_id: UUID | None = None
    state: str | None = None
    event_type: str | None = None


class Deliveries:
    """Of one client. Rows come without the bodies that are sent."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def get(self, delivery_id: UUID, *, locked: bool = False) -> WebhookDelivery:
        """Raises NotFound, also for another client's."""
        query = (
            select(WebhookDelivery)
            .options(defer(WebhookDelivery.body))
            .where(WebhookDelivery.client_id == self._client_id, WebhookDelivery.delivery_id == delivery_id)
        )
        row: WebhookDelivery | None = await self._session.scalar(query.with_for_update() if locked else query)
        if row is None:
            raise NotFound("no such delivery")
        return row

    async def page(self, chosen: DeliveryFilter, request: PageRequest) -> PageOf[WebhookDelivery]:
        """Newest first."""
        query = (
            select(WebhookDelivery)
            .options(defer(WebhookDelivery.body))
            .where(WebhookDelivery.client_id == self._client_id)
        )
        for name in ("endpoint_id", "process_id", "state", "event_type"):
            if (wanted := getattr(chosen, name)) is not None:
                query = query.where(getattr(WebhookDelivery, name) == wanted)
        return await page_of_rows(
            self._session, query, request, WebhookDelivery.created_at, WebhookDelivery.delivery_id
        )

    async def of_process(self, process_id: UUID) -> Sequence[WebhookDelivery]:
        """Oldest first."""
        rows = await self._session.scalars(
            select(WebhookDelivery)
            .options(defer(WebhookDelivery.body))
            .where(WebhookDelivery.client_id == self._client_id, WebhookDelivery.process_id == process_id)
            .order_by(WebhookDelivery.created_at, WebhookDelivery.delivery_id)
            .limit(MOST_OF_PROCESS)
        )
        return rows.all()

    async def redeliver(self, delivery_id: UUID, caller: Caller, *, at: datetime) -> WebhookDelivery:
        """Due at once, under the same `webhook-id` and to the endpoint's present address, with all its tries ahead.

        Raises Conflict while it is being sent, and for a disabled endpoint.
        """
        row = await self.get(delivery_id, locked=True)
        endpoint = (
            await self._session.scalars(
                select(WebhookEndpoint).where(
                    WebhookEndpoint.client_id == self._client_id,
                    WebhookEndpoint.endpoint_id == row.endpoint_id,
                )
            )
        ).one()
        if row.state == "sending":
            raise Conflict("this delivery is being sent")
        if endpoint.state != "active":
            raise Conflict("the endpoint is disabled: make it active first")
        await self._session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.client_id == self._client_id, WebhookDelivery.delivery_id == delivery_id)
            .values(
                state="pending",
                failures=0,
                available_at=func.now(),
                finished_at=None,
                url=endpoint.url if endpoint.kind == "endpoint" else row.url,
            )
        )
        self._session.add(
            act_audit(
                client_id=self._client_id,
                at=at,
                action="webhook_redelivered",
                by=caller.name,
                process_id=row.process_id,
                payload={"delivery_id": str(delivery_id), "webhook_id": row.webhook_id},
            )
        )
        await self._session.refresh(row)
        return row
