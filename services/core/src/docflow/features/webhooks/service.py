"""Endpoints and their secrets. A secret leaves this module sealed, or once, when it is made."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.ids import new_id
from docflow.domain.ports.sealing import Sealing
from docflow.domain.webhook_signing import new_secret
from docflow.features.webhooks.models import WebhookEndpoint


async def ensure_callback_endpoint(session: AsyncSession, client_id: UUID, sealing: Sealing) -> UUID:
    """The client's row that signs deliveries to a `callback_url`; made on first need, of two makers one wins.

    `session` is bound to the client.
    """
    row = await callback_endpoint(session, client_id, sealing)
    return row.endpoint_id


async def callback_endpoint(session: AsyncSession, client_id: UUID, sealing: Sealing) -> WebhookEndpoint:
    found = select(WebhookEndpoint).where(
        WebhookEndpoint.client_id == client_id, WebhookEndpoint.kind == "callback"
    )
    row = await session.scalar(found)
    if row is not None:
        return row
    await session.execute(
        insert(WebhookEndpoint)
        .values(
            endpoint_id=new_id(),
            client_id=client_id,
            kind="callback",
            secret_sealed=sealing.seal(new_secret().encode()),
        )
        .on_conflict_do_nothing(index_elements=["client_id"], index_where=WebhookEndpoint.kind == "callback")
    )
    return (await session.scalars(found)).one()
