from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.domain.webhook_signing import new_secret
from docflow.features.webhooks.service import ensure_callback_endpoint
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from standardwebhooks import Webhook

from tests.integration.output.conftest import SECRET, Output
from tests.integration.output.receiver import receiving


async def state(output: Output, delivery_id: UUID) -> dict[str, Any]:
    return await output.row("webhook_deliveries", "delivery_id", delivery_id)


async def test_a_delivery_arrives_signed_and_is_done(output: Output) -> None:
    async with receiving() as receiver:
        delivery_id = await output.delivery(receiver.url)
        await output.round(output.deliveries())
    row = await state(output, delivery_id)
    ((headers, body),) = receiver.requests
    assert Webhook(SECRET).verify(body, headers) == {"a": "ü"}
    assert headers["webhook-id"] == row["webhook_id"]
    assert headers[":line"] == "POST /hook?x=%7e&&y HTTP/1.1"
    assert (row["state"], [a["status"] for a in row["attempts"]]) == ("delivered", [200])
    assert set(row["attempts"][0]) == {"at", "status", "error", "duration_ms"}


async def test_what_is_delivered_is_not_sent_again(output: Output) -> None:
    async with receiving() as receiver:
        await output.delivery(receiver.url)
        lane = output.deliveries()
        await output.round(lane)
        await output.round(lane)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [302, 400, 404, 409, 500, 503])
async def test_all_but_2xx_is_tried_again(output: Output, status: int) -> None:
    async with receiving(status) as receiver:
        delivery_id = await output.delivery(receiver.url)
        await output.round(output.deliveries())
    row = await state(output, delivery_id)
    assert (row["state"], row["failures"], row["attempts"][0]["status"]) == ("pending", 1, status)
    wait = row["available_at"] - datetime.now(UTC)
    assert timedelta(0) < wait <= timedelta(seconds=1)


async def test_a_second_try_carries_the_same_id(output: Output) -> None:
    async with receiving(500, 200) as receiver:
        delivery_id = await output.delivery(receiver.url)
        await output.round(output.deliveries())
        async with output.database.client(output.tenancy.client_id) as session:
            await session.execute(text("UPDATE webhook_deliveries SET available_at = now() - interval '1 s'"))
        await output.round(output.deliveries())
    first, second = (headers["webhook-id"] for headers, _ in receiver.requests)
    assert first == second
    assert [a["status"] for a in (await state(output, delivery_id))["attempts"]] == [500, 200]


async def due_now(output: Output) -> None:
    async with output.database.client(output.tenancy.client_id) as session:
        await session.execute(text("UPDATE webhook_deliveries SET available_at = now() - interval '1 s'"))


async def test_a_caller_that_does_not_wait_yet_is_called_again_within_seconds_at_the_very_same_address(
    output: Output,
) -> None:
    async with receiving(409, 409, 409, 200) as receiver:
        # An inner name that the operator allows, as that of an n8n beside this.
        output.egress = GuardedEgress([f"n8n:{receiver.port}"], resolve=to_loopback)
        address = "/webhook-waiting/42?signature=ab%2Bc%3D%3d&x=a+b"
        delivery_id = await output.delivery(f"http://n8n:{receiver.port}{address}")
        for wait_s in (1, 2, 5):
            before = datetime.now(UTC)
            await output.round(output.deliveries())
            due = (await state(output, delivery_id))["available_at"] - timedelta(seconds=wait_s)
            assert before <= due <= datetime.now(UTC)
            await due_now(output)
        await output.round(output.deliveries())
    row = await state(output, delivery_id)
    assert (row["state"], [a["status"] for a in row["attempts"]]) == ("delivered", [409, 409, 409, 200])
    assert {headers[":line"] for headers, _ in receiver.requests} == {f"POST {address} HTTP/1.1"}
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1


async def to_loopback(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


async def test_a_resume_address_that_is_gone_disables_no_other_callback(output: Output) -> None:
    endpoint_id = await output.endpoint(kind="callback", url=None)
    async with receiving(410) as receiver:
        delivery_id = await output.delivery(receiver.url, endpoint_id)
        await output.round(output.deliveries())
    endpoint = await output.row("webhook_endpoints", "endpoint_id", endpoint_id)
    assert ((await state(output, delivery_id))["state"], endpoint["state"]) == ("failed", "active")


async def test_a_receiver_that_names_a_time_is_left_alone_until_then(output: Output) -> None:
    async with receiving(503, headers="Retry-After: 600\r\n") as receiver:
        delivery_id = await output.delivery(receiver.url)
        await output.round(output.deliveries())
    wait = (await state(output, delivery_id))["available_at"] - datetime.now(UTC)
    assert timedelta(seconds=590) < wait <= timedelta(seconds=600)


async def test_after_the_last_try_a_delivery_has_failed(output: Output) -> None:
    async with receiving(500) as receiver:
        delivery_id = await output.delivery(receiver.url, failures=11)
        await output.round(output.deliveries())
    assert (await state(output, delivery_id))["state"] == "failed"


async def test_a_receiver_that_is_gone_disables_its_endpoint(output: Output) -> None:
    endpoint_id = await output.endpoint()
    async with receiving(410) as receiver:
        delivery_id = await output.delivery(receiver.url, endpoint_id)
        await output.round(output.deliveries())
    assert (await state(output, delivery_id))["state"] == "failed"
    assert (await output.row("webhook_endpoints", "endpoint_id", endpoint_id))["state"] == "disabled"


async def test_a_disabled_endpoint_is_sent_nothing(output: Output) -> None:
    endpoint_id = await output.endpoint(state="disabled")
    async with receiving() as receiver:
        delivery_id = await output.delivery(receiver.url, endpoint_id)
        await output.round(output.deliveries())
    row = await state(output, delivery_id)
    assert (row["state"], row["attempts"][0]["error"], receiver.requests) == (
        "failed",
        "endpoint_disabled",
        [],
    )


async def test_an_inner_address_is_never_called(output: Output) -> None:
    delivery_id = await output.delivery("http://10.0.0.1/hook")
    await output.round(output.deliveries())
    row = await state(output, delivery_id)
    assert (row["state"], row["attempts"][0]["error"]) == ("failed", "egress_refused")


async def test_a_receiver_that_is_down_is_tried_again(output: Output) -> None:
    delivery_id = await output.delivery("http://127.0.0.1:1/hook")
    await output.round(output.deliveries())
    row = await state(output, delivery_id)
    assert (row["state"], row["attempts"][0]["error"]) == ("pending", "connect_failed")


async def test_while_a_secret_is_rotated_both_sign(output: Output) -> None:
    old = new_secret()
    endpoint_id = await output.endpoint(
        old_secret_sealed=output.sealing.seal(old.encode()),
        old_secret_until=datetime.now(UTC) + timedelta(hours=1),
    )
    async with receiving() as receiver:
        await output.delivery(receiver.url, endpoint_id)
        await output.round(output.deliveries())
    ((headers, body),) = receiver.requests
    assert Webhook(SECRET).verify(body, headers)
    assert Webhook(old).verify(body, headers)


async def test_the_endpoints_own_headers_go_along(output: Output) -> None:
    endpoint_id = await output.endpoint(headers={"X-Tenant": "acme", "webhook-id": "forged"})
    async with receiving() as receiver:
        await output.delivery(receiver.url, endpoint_id)
        await output.round(output.deliveries())
    ((headers, _),) = receiver.requests
    assert headers["x-tenant"] == "acme"
    assert headers["webhook-id"] != "forged"


async def test_a_dead_workers_delivery_is_sent_by_another_without_counting(output: Output) -> None:
    async with receiving() as receiver:
        delivery_id = await output.delivery(receiver.url)
        assert await output.deliveries().claim(output.worker_id, 10)
        async with output.database.nobody() as session:
            await session.execute(text("SELECT heartbeat(:w, 'x', 'h', 1, -1)"), {"w": output.worker_id})
        output.worker_id = new_id()
        await output.alive()
        await output.round(output.deliveries())
    row = await state(output, delivery_id)
    assert (row["state"], row["failures"], row["attempt"]) == ("delivered", 0, 2)


async def test_a_finished_delivery_leaves_an_audit_row(output: Output) -> None:
    async with receiving() as receiver:
        delivery_id = await output.delivery(receiver.url)
        await output.round(output.deliveries())
    async with output.database.client(output.tenancy.client_id) as session:
        payloads = list(await session.scalars(text("SELECT payload FROM outbox WHERE topic = 'audit.act'")))
    told = [p["data"]["payload"] for p in payloads]
    assert [(t["action"], t["delivery_id"]) for t in told] == [("webhook_delivered", str(delivery_id))]


async def test_the_callback_endpoint_is_made_once(output: Output) -> None:
    made = set()
    for _ in range(2):
        async with output.database.client(output.tenancy.client_id) as session:
            made.add(await ensure_callback_endpoint(session, output.tenancy.client_id, output.sealing))
    assert len(made) == 1


class LosesOneAnswer:
    """A database whose first commit is done, but never answered."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lost = False

    @asynccontextmanager
    async def nobody(self) -> AsyncIterator[AsyncSession]:
        async with self._database.nobody() as session:
            yield session
        if not self._lost:
            self._lost = True
            raise TransientError("the connection is gone", code="database_unavailable")


async def test_a_delivery_whose_claim_was_never_answered_is_sent_by_the_same_worker(output: Output) -> None:
    async with receiving() as receiver:
        delivery_id = await output.delivery(receiver.url)
        lane = output.deliveries(LosesOneAnswer(output.database))
        await output.round(lane)
        await output.round(lane)
    row = await state(output, delivery_id)
    assert (row["state"], row["failures"], len(receiver.requests)) == ("delivered", 0, 1)
