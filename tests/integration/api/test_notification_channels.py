"""Channels whose target stands elsewhere, and names that tell too much."""

import pytest
from docflow.testing.factories import Tenancy

from tests.integration.api.conftest import KeyFor, World

Clients = tuple[Tenancy, Tenancy]
CHANNEL = {"kind": "slack", "name": "payables", "target": {"$secret": "SLACK_HOOK"}, "events": ["alert"]}
RULE = {"name": "dead runs", "metric": "dead_runs", "threshold": 1}


async def test_a_channel_may_name_a_secret_as_its_target(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    made = await world.http.post(
        "/v1/notification-channels", json=CHANNEL, headers=await key_for(two_clients[0])
    )
    assert (made.status_code, made.json()["shown_target"]) == (201, "secret SLACK_HOOK")


@pytest.mark.parametrize("target", [{"$secret": "lower"}, {"$secret": "A", "more": 1}, {"secret": "A"}, {}])
async def test_another_form_of_reference_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor, target: object
) -> None:
    body = {**CHANNEL, "target": target}
    refused = await world.http.post(
        "/v1/notification-channels", json=body, headers=await key_for(two_clients[0])
    )
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/notification-channels", CHANNEL), ("/v1/alert-rules", RULE)]
)
@pytest.mark.parametrize("name", ["sk-live-0123456789abcdef0123", "xoxb-0123456789-abcdef"])
async def test_a_name_that_looks_like_a_key_is_refused(
    world: World, two_clients: Clients, key_for: KeyFor, path: str, body: dict[str, object], name: str
) -> None:
    refused = await world.http.post(path, json={**body, "name": name}, headers=await key_for(two_clients[0]))
    assert refused.status_code == 422
    assert name not in refused.text


@pytest.mark.parametrize("metric", ["failure_rate", "straight_through_rate"])
async def test_a_rate_is_compared_with_a_share_never_with_a_percentage(
    world: World, two_clients: Clients, key_for: KeyFor, metric: str
) -> None:
    headers, body = await key_for(two_clients[0]), {**RULE, "event": None, "metric": metric}
    refused = await world.http.post("/v1/alert-rules", json={**body, "threshold": 50}, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/threshold")
    assert "0.5 is half" in refused.json()["errors"][0]["message"]
    kept = await world.http.post("/v1/alert-rules", json={**body, "threshold": 0.5}, headers=headers)
    assert kept.status_code == 201
