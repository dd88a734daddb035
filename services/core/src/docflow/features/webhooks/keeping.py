"""What people do with endpoints: make, change, remove, give a new secret, test. Each act stands in the client's audit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.counted import has_room
from docflow.db.lists import page_of_rows
from docflow.domain.access import Caller
from docflow.domain.errors import Conflict, NotFound, refuse_stale
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.ports.sealing import Sealing
from docflow.domain.webhook_events import TEST_EVENT
from docflow.domain.webhook_signing import new_secret
from docflow.features.audit.messages import act_audit
from docflow.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from docflow.features.webhooks.service import callback_endpoint

MOST_ENDPOINTS = 100


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    url: str
    events: Sequence[str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """None = as it is."""

    url: str | None = None
    events: Sequence[str] | None = None
    headers: Mapping[str, str] | None = None
    state: str | None = None


class EndpointKeeping:
    """The endpoints of the caller's client. `session` is bound to it. Addresses were judged before."""

    def __init__(self, session: AsyncSession, caller: Caller, sealing: Sealing) -> None:
        self._session = session
        self._caller = caller
        self._sealing = sealing

    async def get(self, endpoint_id: UUID, *, locked: bool = False) -> WebhookEndpoint:
        """Raises NotFound, also for another client's and for the row of callbacks."""
        query = select(WebhookEndpoint).where(
            WebhookEndpoint.client_id == self._caller.client,
            WebhookEndpoint.endpoint_id == endpoint_id,
            WebhookEndpoint.kind == "endpoint",
        )
        row: WebhookEndpoint | None = await self._session.scalar(query.with_for_update() if locked else query)
        if row is None:
            raise NotFound("no such endpoint")
        return row

    async def page(self, request: PageRequest) -> PageOf[WebhookEndpoint]:
        """Newest first."""
        query = select(WebhookEndpoint).where(
            WebhookEndpoint.client_id == self._caller.client, WebhookEndpoint.kind == "endpoint"
        )
        return await page_of_rows(
            self._session, query, request, WebhookEndpoint.created_at, WebhookEndpoint.endpoint_id
        )

    async def make(self, plan: EndpointPlan, *, at: datetime) -> tuple[WebhookEndpoint, str]:
        """The row and its secret, which is shown this once. Raises Conflict beyond MOST_ENDPOINTS."""
        own = WebhookEndpoint.client_id == self._caller.client, WebhookEndpoint.kind == "endpoint"
        room = await has_room(
            self._session, WebhookEndpoint, MOST_ENDPOINTS, *own, client_id=self._caller.client
        )
        if not room:
            raise Conflict(f"a client has at most {MOST_ENDPOINTS} endpoints")
        secret = new_secret()
        row = WebhookEndpoint(
            endpoint_id=new_id(),
            client_id=self._caller.client,
            url=plan.url,
            events=list(plan.events),
            headers=self._sealed(plan.headers),
            secret_sealed=self._sealing.seal(secret.encode()),
            created_by=self._caller.name,
        )
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)
        self._tell("webhook_endpoint_created", row, at)
        return row, secret

    async def change(
        self, endpoint_id: UUID, change: EndpointChange, *, version: int | None, at: datetime
    ) -> WebhookEndpoint:
        """What waits goes to a new address, too. Made active again, an endpoint begins without its past failures."""
        row = await self.get(endpoint_id, locked=True)
        refuse_stale(version, row.version, "this endpoint")
        if change.url is not None and change.url != row.url:
            row.url = change.url
            await self._session.execute(
                update(WebhookDelivery)
                .where(
                    WebhookDelivery.client_id == self._caller.client,
                    WebhookDelivery.endpoint_id == endpoint_id,
                    WebhookDelivery.state == "pending",
                )
                .values(url=change.url)
            )
        if change.events is not None:
            row.events = list(change.events)
        if change.headers is not None:
            row.headers = self._sealed(change.headers)
        if change.state is not None and change.state != row.state:
            row.state, row.failing_since = change.state, None
        row.version += 1
        await self._session.flush()
        self._tell("webhook_endpoint_changed", row, at)
        return row

    async def remove(self, endpoint_id: UUID, *, at: datetime) -> None:
        """With its deliveries. Raises NotFound."""
        row = await self.get(endpoint_id, locked=True)
        self._tell("webhook_endpoint_removed", row, at)
        await self._session.delete(row)

    async def callback(self) -> WebhookEndpoint:
        """The row that signs what goes to a `callback_url`; made on first need."""
        return await callback_endpoint(self._session, self._caller.client, self._sealing)

    async def rotate(self, row: WebhookEndpoint, *, overlap: timedelta, at: datetime) -> str:
        """A new secret, shown this once; until `overlap` is over every message is signed with the old one, too."""
        await self._session.refresh(row, with_for_update=True)
        secret = new_secret()
        row.old_secret_sealed = row.secret_sealed if overlap else None
        row.old_secret_until = at + overlap if overlap else None
        row.secret_sealed = self._sealing.seal(secret.encode())
        row.version += 1
        await self._session.flush()
        self._tell("webhook_secret_rotated", row, at)
        return secret

    def secret_of(self, row: WebhookEndpoint) -> str:
        return self._sealing.open(row.secret_sealed).decode()

    async def test(self, endpoint_id: UUID, *, at: datetime) -> WebhookDelivery:
        """A message to this endpoint alone, sent and tried again like any other. Raises Conflict for a disabled one."""
        row = await self.get(endpoint_id)
        if row.state != "active" or row.url is None:
            raise Conflict("the endpoint is disabled: make it active first")
        delivery_id = new_id()
        body = {
            "type": TEST_EVENT,
            "timestamp": at.isoformat(),
            "data": {
                "process_id": None,
                "status": None,
                "version": None,
                "external_id": None,
                "links": {},
                "endpoint_id": str(endpoint_id),
            },
        }
        delivery = WebhookDelivery(
            delivery_id=delivery_id,
            client_id=self._caller.client,
            endpoint_id=endpoint_id,
            event_type=TEST_EVENT,
            webhook_id=f"msg_{delivery_id.hex}",
            url=row.url,
            body=json.dumps(body),
        )
        self._session.add(delivery)
        await self._session.flush()
        await self._session.refresh(delivery)
        self._tell("webhook_endpoint_tested", row, at, {"delivery_id": str(delivery_id)})
        return delivery

    def _sealed(self, headers: Mapping[str, str]) -> dict[str, JsonObject]:
        return {
            name: {"sealed": self._sealing.seal(value.encode()).decode()} for name, value in headers.items()
        }

    def _tell(self, action: str, row: WebhookEndpoint, at: datetime, more: JsonObject | None = None) -> None:
        payload: JsonObject = {"endpoint_id": str(row.endpoint_id), **(more or {})}
        self._session.add(
            act_audit(
                client_id=self._caller.client, at=at, action=action, by=self._caller.name, payload=payload
            )
        )
