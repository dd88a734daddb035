"""Alert rules over all clients and the channels they tell, as a platform administrator keeps them."""

from typing import Any

import pytest
from docflow.testing.factories import Tenancy

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.tenants import code, platform

__all__ = ["platform"]
Clients = tuple[Tenancy, Tenancy]
RULES, CHANNELS = "/v1/platform/alert-rules", "/v1/platform/channels"
RULE = {"name": "runs die", "metric": "dead_runs", "threshold": 10}
CHANNEL = {"kind": "email", "name": "operations", "target": "ops@example.com"}


async def made(world: World, headers: dict[str, str], path: str, body: dict[str, Any]) -> Any:
    answer = await world.http.post(path, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_rule_is_kept_replaced_and_removed(world: World, platform: dict[str, str]) -> None:
    rule = await made(world, platform, RULES, RULE)
    path = f"{RULES}/{rule['rule_id']}"
    body = {"name": "vendors away", "metric": "providers_down", "threshold": 0}
    stale = await world.http.put(path, json=body, headers=platform | {"If-Match": '"7"'})
    assert code(stale) == (412, "precondition_failed")
    replaced = await world.http.put(path, json=body, headers=platform | {"If-Match": '"1"'})
    assert (replaced.json()["metric"], replaced.headers["etag"]) == ("providers_down", '"2"')
    listed = (await world.http.get(RULES, headers=platform)).json()["data"]
    assert rule["rule_id"] in [one["rule_id"] for one in listed]
    assert (await world.http.delete(path, headers=platform)).status_code == 204
    assert code(await world.http.delete(path, headers=platform)) == (404, "not_found")


async def test_a_channel_is_kept_tried_and_removed_and_its_target_never_shown(
    world: World, platform: dict[str, str]
) -> None:
    channel = await made(world, platform, CHANNELS, CHANNEL)
    assert channel["shown_target"] == "o…@example.com"
    path = f"{CHANNELS}/{channel['channel_id']}"
    assert (await world.http.post(f"{path}/test", headers=platform)).status_code == 202
    listed = await world.http.get(CHANNELS, headers=platform)
    assert channel["channel_id"] in listed.text
    assert "ops@" not in listed.text
    assert (await world.http.delete(path, headers=platform)).status_code == 204


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (RULES, {**RULE, "metric": "latency_p95_s"}),
        (RULES, {**RULE, "event": "process_failed"}),
        (RULES, {**RULE, "name": "sk-live-0123456789abcdef0123"}),
        (CHANNELS, {**CHANNEL, "name": "sk-live-0123456789abcdef0123"}),
        (CHANNELS, {**CHANNEL, "target": {"$secret": "HOOK"}}),
        (CHANNELS, {**CHANNEL, "target": "nowhere"}),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    world: World, platform: dict[str, str], path: str, body: dict[str, Any]
) -> None:
    assert (await world.http.post(path, json=body, headers=platform)).status_code == 422


@pytest.mark.parametrize("path", [RULES, CHANNELS])
async def test_a_client_is_refused(world: World, two_clients: Clients, key_for: KeyFor, path: str) -> None:
    headers = await key_for(two_clients[0])
    assert (await world.http.get(path, headers=headers)).status_code == 403
    assert (await world.http.post(path, json=RULE, headers=headers)).status_code == 403
