"""How many there may be of a thing is exact: of two who ask for the last place at once, one gets it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.access import Caller, Scope
from docflow.domain.errors import Conflict
from docflow.domain.stages import Role
from docflow.features.alert_rules.models import Comparison, Metric
from docflow.features.alert_rules.repository import MOST_RULES, AlertRules, RulePlan
from docflow.features.client_secrets.keeping import MOST as MOST_SECRETS
from docflow.features.client_secrets.keeping import SecretKeeping
from docflow.features.evaluations.service import MAX_OPEN, Evaluations
from docflow.features.notification_channels.keeping import MOST_CHANNELS, ChannelKeeping, Target
from docflow.features.notification_channels.models import ChannelKind
from docflow.features.platform_alerts.channels import MOST_CHANNELS as MOST_PLATFORM_CHANNELS
from docflow.features.platform_alerts.channels import PlatformChannels
from docflow.features.platform_alerts.repository import MOST_RULES as MOST_PLATFORM_RULES
from docflow.features.platform_alerts.repository import PlatformAlertRules
from docflow.features.webhooks.keeping import MOST_ENDPOINTS, EndpointKeeping, EndpointPlan
from docflow.testing.factories import Tenancy
from sqlalchemy.ext.asyncio import AsyncSession

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.evaluating import a_set

Clients = tuple[Tenancy, Tenancy]
Make = Callable[[AsyncSession, int], Awaitable[object]]
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
RULE = RulePlan("dead", Metric.DEAD_RUNS, None, Comparison.ABOVE, 1.0, 3600, 3600, "warning", True)
MAILBOX = Target(ChannelKind.EMAIL, "ap@example.com", "a…@example.com")
SECOND_S = 0.5
"""As long as the other one may take to find no lock in its way."""


async def fill_and_race(database: Database, client_id: UUID | None, make: Make, most: int) -> Conflict:
    """All places but one are taken; one asks for the last and another before that one's commit."""
    async with database.of(client_id) as session:
        for number in range(most - 1):
            await make(session, number)

    async def another() -> None:
        async with database.of(client_id) as session:
            await make(session, most)

    async with database.of(client_id) as session:
        await make(session, most - 1)
        second = asyncio.create_task(another())
        await asyncio.wait([second], timeout=SECOND_S)
    with pytest.raises(Conflict) as refused:
        await second
    return refused.value


def admin(tenancy: Tenancy) -> Caller:
    return Caller("user:x", tenancy.client_id, frozenset(Scope), role=Role.ADMIN)


async def test_alert_rules(database: Database, two_clients: Clients) -> None:
    client_id = two_clients[0].client_id

    async def make(session: AsyncSession, _: int) -> object:
        return await AlertRules(session, client_id).make(RULE, by=admin(two_clients[0]), at=NOW)

    refused = await fill_and_race(database, client_id, make, MOST_RULES)
    assert str(MOST_RULES) in refused.message


async def test_secrets(world: World, database: Database, two_clients: Clients) -> None:
    async def make(session: AsyncSession, number: int) -> object:
        keeping = SecretKeeping(session, admin(two_clients[0]), world.container.sealing)
        return await keeping.put(f"KEY_{number}", "value", at=NOW)

    await fill_and_race(database, two_clients[0].client_id, make, MOST_SECRETS)


async def test_notification_channels(world: World, database: Database, two_clients: Clients) -> None:
    async def make(session: AsyncSession, _: int) -> object:
        keeping = ChannelKeeping(session, admin(two_clients[0]), world.container.sealing, NOW)
        return await keeping.make("payables", MAILBOX, [], 60)

    await fill_and_race(database, two_clients[0].client_id, make, MOST_CHANNELS)


async def test_webhook_endpoints_beside_the_row_of_callbacks(
    world: World, database: Database, two_clients: Clients
) -> None:
    async def make(session: AsyncSession, _: int) -> object:
        keeping = EndpointKeeping(session, admin(two_clients[0]), world.container.sealing)
        await keeping.callback()
        plan = EndpointPlan("https://hooks.example.com/in", ["process.completed"], {})
        return await keeping.make(plan, at=NOW)

    await fill_and_race(database, two_clients[0].client_id, make, MOST_ENDPOINTS)


async def test_evaluations(world: World, database: Database, two_clients: Clients, key_for: KeyFor) -> None:
    acme = two_clients[0]
    set_id = UUID(await a_set(world, await key_for(acme), acme))

    async def make(session: AsyncSession, _: int) -> object:
        return await Evaluations(session, acme.client_id).begin(set_id, None, None, by="user:x", at=NOW)

    refused = await fill_and_race(database, acme.client_id, make, MAX_OPEN)
    assert refused.code == "too_many_evaluations"


async def test_alert_rules_of_the_platform(database: Database) -> None:
    caller = Caller("user:x", None, frozenset(), role=Role.PLATFORM_ADMIN)

    async def make(session: AsyncSession, _: int) -> object:
        return await PlatformAlertRules(session).make(RULE, by=caller)

    await fill_and_race(database, None, make, MOST_PLATFORM_RULES)


async def test_channels_of_the_platform(world: World, database: Database) -> None:
    caller = Caller("user:x", None, frozenset(), role=Role.PLATFORM_ADMIN)

    async def make(session: AsyncSession, _: int) -> object:
        return await PlatformChannels(session).make("ops", MAILBOX, world.container.sealing, by=caller)

    await fill_and_race(database, None, make, MOST_PLATFORM_CHANNELS)
