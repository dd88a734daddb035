"""Bad receivers, one beside another: each ends in a clear state, and nobody else waits for it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.features.webhooks.repository import claim_deliveries
from docflow.testing.factories import Tenancy
from docflow_output.connectors.webhook import WebhookSender
from docflow_output.deliveries import DeliveryLane
from docflow_output.loop import LaneLoop
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from tests.integration.output.conftest import SECRET, Output, SystemClock
from tests.integration.output.receiver import receiving
from tests.integration.output.test_deliveries import state


@pytest.fixture
def neighbour(output: Output, two_clients: tuple[Tenancy, Tenancy]) -> Output:
    return Output(output.database, two_clients[1], output.worker_id)


async def test_a_client_with_a_long_queue_keeps_nobody_waiting(output: Output, neighbour: Output) -> None:
    slow = await output.endpoint(url="http://slow.example/in")
    for _ in range(60):
        await output.delivery("http://slow.example/in", slow)
    waiting = await neighbour.delivery("http://quick.example/in")
    async with output.database.nobody() as session:
        claimed = await claim_deliveries(session, output.worker_id, 16, per_host=4)
    hosts = [work.url for work in claimed]
    assert hosts.count("http://slow.example/in") == 4
    assert waiting in {work.delivery_id for work in claimed}
    async with output.database.nobody() as session:
        assert await claim_deliveries(session, output.worker_id, 16, per_host=4) == []


async def test_another_host_of_the_same_client_goes_on(output: Output) -> None:
    for _ in range(40):
        await output.delivery("http://slow.example/in")
    quick = await output.delivery("http://quick.example/in")
    async with output.database.nobody() as session:
        claimed = await claim_deliveries(session, output.worker_id, 16, per_host=4)
    assert quick in {work.delivery_id for work in claimed}
    assert len(claimed) == 5


async def test_a_receiver_that_never_answers_delays_no_other(output: Output, neighbour: Output) -> None:
    hung = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hung.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for _ in range(20):
        await output.delivery(f"http://127.0.0.1:{port}/")
    async with receiving() as receiver:
        loop: LaneLoop[Any, Any] = LaneLoop(_lane(output, per_host=4), in_flight=16)
        assert await loop.take(output) == 4
        delivered = [await neighbour.delivery(receiver.url) for _ in range(3)]
        began = asyncio.get_running_loop().time()
        assert await loop.take(output) == 3
        while len(receiver.requests) < 3:
            await asyncio.sleep(0.01)
        took_s = asyncio.get_running_loop().time() - began
        hung.set()
        await loop.settle()
    server.close()
    assert took_s < 2.0
    for delivery_id in delivered:
        assert (await state(neighbour, delivery_id))["state"] == "delivered"


def _lane(output: Output, *, per_host: int) -> DeliveryLane:
    sender = WebhookSender(output.egress, SystemClock())
    return DeliveryLane(
        output.database, sender, output.sealing, SystemClock(), lambda: 0.0, per_host=per_host
    )


@pytest.mark.parametrize("code", [302, 429, 500])
async def test_a_redirect_is_not_followed_and_a_busy_receiver_is_left_alone(
    output: Output, code: int
) -> None:
    headers = "Location: http://169.254.169.254/\r\nRetry-After: 120\r\n"
    async with receiving(code, headers=headers) as receiver:
        delivery_id = await output.delivery(receiver.url)
        await output.round(output.deliveries())
    done = await state(output, delivery_id)
    assert (done["state"], done["attempts"][0]["status"], len(receiver.requests)) == ("pending", code, 1)
    assert done["available_at"] > datetime.now(UTC) + timedelta(seconds=110)


async def test_an_inner_address_is_refused_for_good(output: Output) -> None:
    output.egress = GuardedEgress()
    delivery_id = await output.delivery("http://127.0.0.1:9/")
    await output.round(output.deliveries())
    done = await state(output, delivery_id)
    assert (done["state"], done["attempts"][0]["error"]) == ("failed", "egress_refused")


async def notices(output: Output) -> list[str]:
    async with output.database.client(output.tenancy.client_id) as session:
        return list(await session.scalars(text("SELECT message FROM notifications WHERE type = 'alert'")))


async def fail_at(output: Output, code: int, *, failing_for: timedelta | None) -> UUID:
    since = datetime.now(UTC) - failing_for if failing_for else None
    async with receiving(code) as receiver:
        endpoint_id = await output.endpoint(url=receiver.url, failing_since=since)
        await output.delivery(receiver.url, endpoint_id)
        await output.round(output.deliveries())
    return endpoint_id


@pytest.mark.parametrize(
    ("code", "failing_for", "state_after", "told"),
    [
        (500, timedelta(days=5, minutes=1), "disabled", "for 5 days"),
        (500, timedelta(days=4), "active", None),
        (500, None, "active", None),
        (200, timedelta(days=9), "active", None),
        (410, None, "disabled", "410"),
    ],
)
async def test_five_days_of_failure_or_410_disable_an_endpoint_and_are_told(
    output: Output, code: int, failing_for: timedelta | None, state_after: str, told: str | None
) -> None:
    endpoint_id = await fail_at(output, code, failing_for=failing_for)
    row = await output.row("webhook_endpoints", "endpoint_id", endpoint_id)
    assert row["state"] == state_after
    assert (row["failing_since"] is None) == (code == 200)
    found = await notices(output)
    assert len(found) == (told is not None)
    assert not told or told in found[0]


async def test_while_a_secret_rotates_both_verify_and_afterwards_one(output: Output) -> None:
    new = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    sealed = output.sealing.seal
    bodies = []
    for until in (timedelta(minutes=1), timedelta(minutes=-1)):
        async with receiving() as receiver:
            endpoint_id = await output.endpoint(
                secret_sealed=sealed(new.encode()),
                old_secret_sealed=sealed(SECRET.encode()),
                old_secret_until=datetime.now(UTC) + until,
                headers={"X-Key": {"sealed": sealed(b"planted").decode()}, "X-Plain": "p"},
            )
            await output.delivery(receiver.url, endpoint_id)
            await output.round(output.deliveries())
        bodies += receiver.requests
    (during, body), (after, later) = bodies
    assert (during["x-key"], during["x-plain"]) == ("planted", "p")
    assert Webhook(new).verify(body, during) == Webhook(SECRET).verify(body, during)
    Webhook(new).verify(later, after)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(later, after)
