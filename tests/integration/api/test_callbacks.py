"""What a process's `callback_url` is told, from the submission over HTTP to the receiver's door."""

from collections.abc import AsyncIterator

import httpx
import pytest
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.db.database import Database
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Advance, Fail, HoldForReview, Reason, StageOutcome
from docflow.features.webhooks.models import WebhookDelivery
from docflow.features.webhooks.service import callback_endpoint
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from docflow_api.app import create_app
from sqlalchemy import select
from standardwebhooks import Webhook

from tests.integration.api.conftest import ADDRESS, KeyFor, World, form, make_container
from tests.integration.engine.submitting import until_status
from tests.integration.output.conftest import Output
from tests.integration.output.receiver import Receiver, receiving

Clients = tuple[Tenancy, Tenancy]


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[World]:
    """A gateway that may call this machine back."""
    container = make_container(database)
    container.egress = GuardedEgress(["127.0.0.1"])
    transport = httpx.ASGITransport(create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        yield World(container, http)


async def decide(job: Job, _ledger: Ledger) -> StageOutcome:
    """What the submission's external id asks for."""
    match job.process.external_id:
        case "held":
            return HoldForReview(reasons=(Reason("confidence_low", "grand_total"),))
        case "failed":
            return Fail("file_corrupt", "cannot be read")
        case _:
            return Advance()


async def submit(
    gateway: World, acme: Tenancy, headers: dict[str, str], external_id: str, **more: str
) -> str:
    given = form(acme, external_id=external_id, **more)
    answer = await gateway.http.post("/v1/processes", headers=headers, **given)
    assert answer.status_code == 202, answer.text
    process_id: str = answer.json()["process_id"]
    return process_id


async def deliveries(database: Database, acme: Tenancy) -> list[WebhookDelivery]:
    async with database.client(acme.client_id) as session:
        return list(await session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.created_at)))


async def test_a_callback_is_told_how_each_process_ended_and_nothing_else(
    gateway: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    url = "http://127.0.0.1:9/hook?x=%7e&&y"
    cancelled = await submit(gateway, acme, headers, "cancelled", callback_url=url)
    await gateway.http.post(f"/v1/processes/{cancelled}/cancel", headers=headers)
    made = [
        await submit(gateway, acme, headers, name, callback_url=url)
        for name in ("completed", "failed", "held")
    ]
    async with open_worker(database, toy_pipeline(intelligent_process=decide)):
        await until_status(database, acme, made, "completed", "failed", "hitl_review")
        await gateway.http.post(
            f"/v1/reviews/{made[2]}/decision", headers=headers, json={"decision": "approve"}
        )
        await until_status(database, acme, made[2:], "completed")
    told = [(str(row.process_id), row.event_type) for row in await deliveries(database, acme)]
    assert sorted(told) == sorted(
        [
            (cancelled, "process.cancelled"),
            (made[0], "process.completed"),
            (made[1], "process.failed"),
            (made[2], "process.review_required"),
            (made[2], "process.completed"),
        ]
    )
    assert {row.url for row in await deliveries(database, acme)} == {url}


async def test_without_a_callback_nothing_is_delivered(
    gateway: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    await submit(gateway, acme, headers, "first", callback_url="http://127.0.0.1:9/hook")
    silent = await submit(gateway, acme, headers, "second")
    await gateway.http.post(f"/v1/processes/{silent}/cancel", headers=headers)
    assert await deliveries(database, acme) == []


async def test_a_callback_arrives_signed_with_the_clients_callback_secret(
    gateway: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    async with receiving() as receiver:
        process_id = await submit(gateway, acme, headers, "A-1", callback_url=receiver.url)
        await gateway.http.post(f"/v1/processes/{process_id}/cancel", headers=headers)
        await deliver(gateway, acme, database, receiver)
    async with database.client(acme.client_id) as session:
        row = await callback_endpoint(session, acme.client_id, gateway.container.sealing)
    secret = gateway.container.sealing.open(row.secret_sealed).decode()
    sent_headers, body = receiver.requests[0]
    told = Webhook(secret).verify(body, sent_headers)
    assert (told["type"], told["data"]["process_id"]) == ("process.cancelled", process_id)
    assert sent_headers[":line"] == "POST /hook?x=%7e&&y HTTP/1.1"


async def deliver(gateway: World, acme: Tenancy, database: Database, receiver: Receiver) -> None:
    """One round of the worker that sends."""
    sending = Output(database, acme, sealing=gateway.container.sealing, egress=gateway.container.egress)
    await sending.alive()
    await sending.round(sending.deliveries())
    assert len(receiver.requests) == 1
