"""Notifications, channels, alert rules, rule checks and the audit as a table, through the client package."""

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.stages import Role
from docflow.features.notifications.models import Notification
from docflow.testing.factories import Tenancy
from docflow_api.app import create_app
from docflow_client import ApiError, AsyncDocflowClient

from tests.integration.api.accounts import signed_in
from tests.integration.api.conftest import ADDRESS, KeyFor, World
from tests.integration.api.test_client_package import client_of

Clients = tuple[Tenancy, Tenancy]


async def test_a_channel_is_kept_tried_and_removed(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        channels = client.notification_channels
        made = await channels.create("slack", "payables", {"$secret": "SLACK_HOOK"}, ["alert"])
        changed = await channels.update(made.channel_id, version=made.version, window_s=5)
        assert (changed.window_s, changed.shown_target) == (5, "secret SLACK_HOOK")
        with pytest.raises(ApiError) as stale:
            await channels.update(made.channel_id, version=made.version, window_s=6)
        assert stale.value.code == "precondition_failed"
        tried = await channels.test(made.channel_id)
        assert [one.message_id async for one in channels.messages(made.channel_id)] == [tried.message_id]
        assert (await channels.get(made.channel_id)) in [one async for one in channels.list()]
        await channels.delete(made.channel_id)
        assert [one async for one in channels.list()] == []


async def test_an_alert_rule_is_tried_kept_replaced_and_removed(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        rules = client.alert_rules
        tried = await rules.try_out("dead runs", 1, metric="dead_runs")
        assert (tried.value, tried.would_fire) == (0, False)
        made = await rules.create("dead runs", 1, metric="dead_runs")
        replaced = await rules.replace(
            made.rule_id, "repeats", 2, version=made.version, event="document_duplicate"
        )
        assert (replaced.metric, replaced.event, replaced.threshold) == (None, "document_duplicate", 2)
        assert [one.rule_id async for one in rules.list()] == [made.rule_id]
        assert (await rules.get(made.rule_id)).name == "repeats"
        await rules.delete(made.rule_id)
        assert [one async for one in rules.list()] == []


async def test_validation_rules_are_tried_on_data(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    schema = {"type": "object", "properties": {"total": {"type": "string", "x-kind": "money"}}}
    rule = {"field": "total", "rule": "less_than", "value": 100}
    async with await client_of(world, two_clients[0], key_for) as client:
        (checked,) = await client.rules.check(schema, [rule], data={"total": "119.00"})
        assert (checked.rule, checked.problem) == (0, None)
        assert [one.field for one in checked.findings] == ["total"]


async def test_the_audit_comes_as_a_table(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        table = await client.audit_logs.csv(result="SUCCESS")
    assert table.decode("utf-8-sig").partition("\n")[0].startswith("audit_id,")


async def test_a_person_reads_and_chooses(world: World, two_clients: Clients, database: Database) -> None:
    acme, _ = two_clients
    async with database.client(acme.client_id) as session:
        for _ in range(2):
            session.add(
                Notification(
                    notification_id=new_id(), client_id=acme.client_id, type="alert", title="t", message="m"
                )
            )
    token = (await signed_in(world, database, acme, Role.VIEWER))["Authorization"].removeprefix("Bearer ")
    transport = httpx.ASGITransport(create_app(world.container))
    async with AsyncDocflowClient(ADDRESS, token, transport=transport) as client:
        notifications = client.notifications
        first, _ = [one async for one in notifications.list(type="alert")]
        assert (await notifications.read(first.notification_id)).is_read
        assert (await notifications.unread()).unread == 1
        await notifications.read_all()
        assert [one async for one in notifications.list(unread=True)] == []
        chosen = await notifications.prefer(["alert"], [], language="de")
        assert chosen.language == "de"
        assert await notifications.prefer(["alert"], []) == chosen
        assert await notifications.preferences() == chosen
