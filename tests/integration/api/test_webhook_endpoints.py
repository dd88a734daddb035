"""Endpoints that administrators keep, their secrets, and the messages that go to them."""

from typing import Any
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from docflow.testing.factories import Tenancy
from sqlalchemy import select, update

from tests.integration.api.conftest import KeyFor, World

ANY = {"If-Match": "*"}
Clients = tuple[Tenancy, Tenancy]
PATH = "/v1/webhook-endpoints"
ENDPOINT: dict[str, Any] = {
    "url": "https://hooks.example.com/in?a=%2F&&b",
    "events": ["process.failed", "process.completed"],
    "headers": {"X-Api-Key": "planted-header-value"},
}


@pytest.fixture
async def hooks(key_for: KeyFor, two_clients: Clients) -> dict[str, str]:
    return await key_for(two_clients[0], Scope.WEBHOOKS_WRITE)


async def made(world: World, hooks: dict[str, str], **fields: Any) -> dict[str, Any]:
    answer = await world.http.post(PATH, json={**ENDPOINT, **fields}, headers=hooks)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def row_of(database: Database, tenancy: Tenancy, endpoint_id: str) -> WebhookEndpoint:
    async with database.client(tenancy.client_id) as session:
        found = select(WebhookEndpoint).where(WebhookEndpoint.endpoint_id == UUID(endpoint_id))
        return (await session.scalars(found)).one()


async def test_a_secret_is_shown_once_and_header_values_never(
    world: World, hooks: dict[str, str], database: Database, two_clients: Clients
) -> None:
    endpoint = await made(world, hooks)
    assert endpoint["secret"].startswith("whsec_")
    assert (endpoint["url"], endpoint["state"], endpoint["header_names"]) == (
        ENDPOINT["url"],
        "active",
        ["X-Api-Key"],
    )
    shown = await world.http.get(f"{PATH}/{endpoint['endpoint_id']}", headers=hooks)
    listed = await world.http.get(PATH, headers=hooks)
    for answer in (shown, listed):
        assert endpoint["secret"] not in answer.text
        assert "planted-header-value" not in answer.text
    row = await row_of(database, two_clients[0], endpoint["endpoint_id"])
    assert "planted-header-value" not in str(row.headers)
    opened = world.container.sealing.open(row.headers["X-Api-Key"]["sealed"].encode())
    assert opened == b"planted-header-value"


async def test_a_repeat_makes_no_second_endpoint_and_shows_no_secret(
    world: World, hooks: dict[str, str]
) -> None:
    keyed = {**hooks, "Idempotency-Key": "one"}
    first = await made(world, keyed)
    again = await world.http.post(PATH, json=ENDPOINT, headers=keyed)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert {**again.json(), "secret": first["secret"]} == first
    assert "secret" not in again.json()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": "https://inner.test/x"}, "egress_refused"),
        ({"url": "ftp://hooks.example.com"}, "validation_failed"),
        ({"events": []}, "validation_failed"),
        ({"events": ["process.unknown"]}, "validation_failed"),
        ({"headers": {"Webhook-Id": "mine"}}, "validation_failed"),
        ({"headers": {"Host": "elsewhere"}}, "validation_failed"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "validation_failed"),
    ],
)
async def test_what_cannot_be_sent_to_is_refused(
    world: World, hooks: dict[str, str], change: dict[str, Any], code: str
) -> None:
    answer = await world.http.post(PATH, json={**ENDPOINT, **change}, headers=hooks)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_endpoint_changes_by_its_version(world: World, hooks: dict[str, str]) -> None:
    endpoint = await made(world, hooks)
    path = f"{PATH}/{endpoint['endpoint_id']}"
    changed = await world.http.patch(
        path, json={"state": "disabled", "events": ["quota.warning"]}, headers={**hooks, "If-Match": '"1"'}
    )
    assert (changed.json()["state"], changed.json()["events"], changed.headers["etag"]) == (
        "disabled",
        ["quota.warning"],
        '"2"',
    )
    stale = await world.http.patch(path, json={"state": "active"}, headers={**hooks, "If-Match": '"1"'})
    refused = await world.http.patch(path, json={"url": "http://inner.test/"}, headers=hooks | ANY)
    assert (stale.status_code, refused.json()["code"]) == (412, "egress_refused")


async def test_what_waits_goes_to_the_new_address(
    world: World, hooks: dict[str, str], database: Database, two_clients: Clients
) -> None:
    endpoint = await made(world, hooks)
    path = f"{PATH}/{endpoint['endpoint_id']}"
    tested = await world.http.post(f"{path}/test", headers=hooks)
    assert (tested.status_code, tested.json()["state"], tested.json()["event_type"]) == (
        202,
        "pending",
        "endpoint.test",
    )
    await world.http.patch(path, json={"url": "https://hooks.example.com/new"}, headers=hooks | ANY)
    async with database.client(two_clients[0].client_id) as session:
        urls = (await session.scalars(select(WebhookDelivery.url))).all()
    assert urls == ["https://hooks.example.com/new"]


async def test_a_disabled_endpoint_takes_no_test(world: World, hooks: dict[str, str]) -> None:
    path = f"{PATH}/{(await made(world, hooks))['endpoint_id']}"
    await world.http.patch(path, json={"state": "disabled"}, headers=hooks | ANY)
    assert (await world.http.post(f"{path}/test", headers=hooks)).status_code == 409


async def test_a_new_secret_leaves_the_old_one_valid_for_a_time(
    world: World, hooks: dict[str, str], database: Database, two_clients: Clients
) -> None:
    endpoint = await made(world, hooks)
    path = f"{PATH}/{endpoint['endpoint_id']}/rotate-secret"
    rotated = (await world.http.post(path, json={"overlap_s": 60}, headers=hooks)).json()
    row = await row_of(database, two_clients[0], endpoint["endpoint_id"])
    open_ = world.container.sealing.open
    assert open_(row.secret_sealed).decode() == rotated["secret"] != endpoint["secret"]
    assert row.old_secret_sealed is not None
    assert open_(row.old_secret_sealed).decode() == endpoint["secret"]
    assert rotated["old_secret_until"] is not None
    await world.http.post(path, json={"overlap_s": 0}, headers=hooks)
    assert (await row_of(database, two_clients[0], endpoint["endpoint_id"])).old_secret_sealed is None


async def test_the_callback_secret_is_shown_and_rotated(world: World, hooks: dict[str, str]) -> None:
    first = (await world.http.get(f"{PATH}/callback", headers=hooks)).json()
    assert first == (await world.http.get(f"{PATH}/callback", headers=hooks)).json()
    rotated = (await world.http.post(f"{PATH}/callback/rotate-secret", json={}, headers=hooks)).json()
    shown = (await world.http.get(f"{PATH}/callback", headers=hooks)).json()
    assert shown["secret"] == rotated["secret"] != first["secret"]
    assert (await world.http.get(PATH, headers=hooks)).json()["data"] == []


async def test_a_message_is_sent_again_under_its_id(
    world: World, hooks: dict[str, str], database: Database, two_clients: Clients
) -> None:
    endpoint = await made(world, hooks, url="https://hooks.example.com:8443/in?token=1")
    sent = (await world.http.post(f"{PATH}/{endpoint['endpoint_id']}/test", headers=hooks)).json()
    tried = [{"at": "2026-11-20T00:00:00Z", "status": 500, "error": None, "duration_ms": 3}]
    async with database.client(two_clients[0].client_id) as session:
        await session.execute(update(WebhookDelivery).values(state="failed", failures=12, attempts=tried))
    path = f"/v1/webhook-deliveries/{sent['delivery_id']}"
    again = await world.http.post(f"{path}/redeliver", headers=hooks)
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    shown = (await world.http.get(path, headers=hooks)).json()
    assert (shown["webhook_id"], shown["attempts"][0]["status"]) == (sent["webhook_id"], 500)
    assert shown["host"] == "hooks.example.com:8443"
    listed = await world.http.get(
        "/v1/webhook-deliveries",
        params={"endpoint_id": endpoint["endpoint_id"], "state": "pending"},
        headers=hooks,
    )
    assert [row["delivery_id"] for row in listed.json()["data"]] == [sent["delivery_id"]]
    assert (await world.http.get("/v1/webhook-deliveries?state=failed", headers=hooks)).json()["data"] == []


async def test_an_endpoint_goes_with_its_messages(world: World, hooks: dict[str, str]) -> None:
    path = f"{PATH}/{(await made(world, hooks))['endpoint_id']}"
    sent = (await world.http.post(f"{path}/test", headers=hooks)).json()
    assert (await world.http.delete(path, headers=hooks)).status_code == 204
    gone = await world.http.get(f"/v1/webhook-deliveries/{sent['delivery_id']}", headers=hooks)
    assert (gone.status_code, (await world.http.get(path, headers=hooks)).status_code) == (404, 404)
