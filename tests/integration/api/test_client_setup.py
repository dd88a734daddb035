"""The client package: what people set up with it, and what it tells of whom a key is."""

import httpx
import pytest
from docflow.db.database import Database
from docflow.testing.factories import Tenancy, add_vendor_template
from docflow_api.app import create_app
from docflow_client import ApiError, AsyncDocflowClient

from tests.integration.api.conftest import ADDRESS, KeyFor, World
from tests.integration.api.tenants import platform, slug
from tests.integration.api.test_client_package import client_of
from tests.integration.api.test_process_types import prompt

__all__ = ["platform"]

Clients = tuple[Tenancy, Tenancy]


async def test_a_prompt_is_changed_by_its_revision_copied_and_compared(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    given = prompt(acme.process_type_id)
    async with await client_of(world, acme, key_for) as client:
        made = await client.prompts.create(
            acme.process_type_id, given["version"], given["stage"], given["prompt_template"]
        )
        changed = await client.prompts.update(made.prompt_id, version=made.revision, max_tokens=99)
        with pytest.raises(ApiError) as stale:
            await client.prompts.update(made.prompt_id, version=made.revision, max_tokens=1)
        clone = await client.prompts.clone(made.prompt_id)
        numbered = await client.prompts.clone(made.prompt_id, version=17)
        await client.prompts.update(clone.prompt_id, version=clone.revision, max_tokens=7)
        (difference,) = await client.prompts.diff(clone.prompt_id, made.prompt_id)
    assert (changed.revision, stale.value.code) == (made.revision + 1, "precondition_failed")
    assert (clone.state, clone.version, numbered.version) == ("draft", made.version + 1, 17)
    assert (difference.pointer, difference.before, difference.after) == ("/max_tokens", 99, 7)


async def test_a_key_is_renamed_and_limited_and_says_whose_it_is(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    async with await client_of(world, acme, key_for) as client:
        made = await client.api_keys.create("n8n", ["processes:read"], requests_per_minute=5)
        renamed = await client.api_keys.update(made.api_key_id, version=made.version, name="erp")
        freed = await client.api_keys.update(
            made.api_key_id, version=renamed.version, requests_per_minute=None
        )
        me = await client.me()
    assert (made.requests_per_minute, renamed.name, renamed.requests_per_minute) == (5, "erp", 5)
    assert freed.requests_per_minute is None
    assert me.client is not None
    assert (me.client_id, me.client.slug, me.user_id) == (acme.client_id, acme.slug, None)


async def test_the_gate_the_reliability_and_the_reviewers(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    async with await client_of(world, acme, key_for) as client:
        gate = await client.publish_gate.set("warn", min_documents=10)
        assert await client.publish_gate.get() == gate
        told = await client.configurations.reliability(acme.config_id, target=0.98)
        assert (told["target"], told["overall"]) == (0.98, None)
        assert [one.role for one in await client.reviews.assignees()] == ["admin"]


async def test_templates_of_vendors_are_listed_and_forgotten(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    await add_vendor_template(database, acme)
    async with await client_of(world, acme, key_for) as client:
        (template,) = [one async for one in client.vendor_templates.list()]
        await client.vendor_templates.delete(template.template_id)
        assert [one async for one in client.vendor_templates.list()] == []


async def test_what_would_go_is_asked_before_it_is_set(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        told = await client.retention.get(if_days=30)
        assert (told.keep_days, told.due) == (None, 0)


async def test_a_channel_and_a_rule_are_made_once_under_one_key(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        channels = [
            await client.notification_channels.create(
                "email", "payables", "ap@example.com", ["alert"], idempotency_key="one"
            )
            for _ in range(2)
        ]
        rules = [
            await client.alert_rules.create("dead", 3, metric="dead_runs", idempotency_key="one")
            for _ in range(2)
        ]
    assert channels[0] == channels[1]
    assert rules[0] == rules[1]


async def test_a_platform_administrator_makes_and_suspends_clients(
    world: World, platform: dict[str, str]
) -> None:
    token = platform["Authorization"].removeprefix("Bearer ")
    transport = httpx.ASGITransport(create_app(world.container))
    async with AsyncDocflowClient(ADDRESS, token, transport=transport) as client:
        made = await client.clients.create("Umbrella Ltd", slug(), subscription_tier="professional")
        suspended = await client.clients.update(made.client_id, version=made.version, status="suspended")
        assert (await client.clients.get(made.client_id)).status == suspended.status == "suspended"
        assert made.client_id in [one.client_id async for one in client.clients.list(status="suspended")]
