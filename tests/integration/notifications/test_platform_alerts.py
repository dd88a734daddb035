"""Rules over all clients: what they measure, whom they tell, and that no client sees them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.features.notifications.models import Notification
from docflow.features.platform_alerts.models import (
    PlatformAlertRule,
    PlatformChannel,
    PlatformMessage,
    PlatformMetric,
)
from docflow.features.platform_alerts.repository import PlatformAlertRules
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import add_tenancy
from docflow.testing.mail import MemoryMail
from docflow_output.loop import LaneLoop
from docflow_output.platform_messages import PlatformLane
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.integration.notifications.test_notifications import Chats

NOW = datetime.now(UTC)
TABLES = (PlatformAlertRule, PlatformChannel, PlatformMessage)


class Worker:
    worker_id = new_id()


class Platform:
    def __init__(self, database: Database) -> None:
        self.database, self.chats = database, Chats()
        self.sealing = FernetSealing(["s" * 40])

    async def add(self, *rows: Any) -> None:
        async with self.database.nobody() as session:
            session.add_all(rows)

    def channel(self, url: str) -> PlatformChannel:
        sealed = self.sealing.seal(url.encode())
        return PlatformChannel(
            kind="slack",
            name="operations",
            target_sealed=sealed,
            shown_target="chat.test",
            created_by="user:x",
        )

    async def fire(self, at: datetime = NOW) -> int:
        async with self.database.nobody() as session:
            return await PlatformAlertRules(session).fire(at)

    async def round(self) -> None:
        lane = PlatformLane(self.database, self.chats, MemoryMail(), self.sealing, chance=lambda: 0.0)
        loop: LaneLoop[Any, Any] = LaneLoop(lane)
        await loop.take(Worker())
        await loop.settle()


def rule(**columns: Any) -> PlatformAlertRule:
    given = {"name": "fails", "event": "process_failed", "threshold": 1, "created_by": "user:x", **columns}
    return PlatformAlertRule(**given)


async def failures(database: Database, pieces: int, slug: str) -> None:
    tenancy = await add_tenancy(database, slug)
    async with database.client(tenancy.client_id) as session:
        for _ in range(pieces):
            session.add(
                Notification(
                    notification_id=new_id(), client_id=tenancy.client_id, type="process_failed",
                    title="A process failed", message="", created_at=NOW - timedelta(minutes=5),
                )
            )  # fmt: skip


@pytest.fixture
async def platform(fresh_database_urls: DatabaseUrls) -> AsyncIterator[Platform]:
    database = Database(fresh_database_urls.app, pool_size=2, max_overflow=2)
    yield Platform(database)
    await database.aclose()


async def test_events_of_all_clients_are_counted_together_and_told_once_in_a_cool_down(
    platform: Platform,
) -> None:
    for slug in ("one", "two"):
        await failures(platform.database, 1, slug)
    await platform.add(rule(), platform.channel("slack://a"), platform.channel("slack://b"))
    assert [await platform.fire(), await platform.fire(NOW + timedelta(minutes=10))] == [1, 0]
    await platform.round()
    told = "process_failed over all clients is 2, above 1 (window 3600 s)."
    assert sorted(platform.chats.sent) == [
        (url, "DocFlow AI platform, warning: fails", told) for url in ("slack://a", "slack://b")
    ]


async def test_at_the_threshold_and_outside_the_window_nothing_fires(platform: Platform) -> None:
    await failures(platform.database, 1, "one")
    await platform.add(rule(), rule(threshold=0, window_s=60))
    assert await platform.fire() == 0


@pytest.mark.parametrize("metric", PlatformMetric)
async def test_every_metric_is_measured_of_a_platform_without_work(
    platform: Platform, metric: PlatformMetric
) -> None:
    await platform.add(rule(event=None, metric=metric.value, threshold=1e9))
    assert await platform.fire() == 0
    async with platform.database.nobody() as session:
        value = await session.scalar(select(PlatformAlertRule.last_value))
    assert value == {"failure_rate": None, "services_down": 3.0}.get(metric.value, 0.0)


async def test_a_vendor_all_of_whose_calls_failed_is_down(platform: Platform) -> None:
    tenancy = await add_tenancy(platform.database, "asks")
    async with platform.database.client(tenancy.client_id) as session:
        for provider, outcome in [("away", "error")] * 3 + [("well", "error")] * 3 + [("well", "complete")]:
            await session.execute(
                text(
                    "INSERT INTO llm_calls (call_id, client_id, provider, model, outcome)"
                    " VALUES (:id, :client, :provider, 'm', :outcome)"
                ),
                {"id": new_id(), "client": tenancy.client_id, "provider": provider, "outcome": outcome},
            )
    await platform.add(rule(event=None, metric="providers_down", threshold=0))
    assert await platform.fire(datetime.now(UTC) + timedelta(seconds=5)) == 1


async def test_a_channel_that_fails_is_tried_again_and_shows_it(platform: Platform) -> None:
    await failures(platform.database, 2, "one")
    await platform.add(rule(), platform.channel("slack://away"))
    platform.chats.trouble["slack://away"] = TransientError("no", code="timeout")
    await platform.fire()
    await platform.round()
    async with platform.database.nobody() as session:
        message = (await session.scalars(select(PlatformMessage))).one()
        channel = (await session.scalars(select(PlatformChannel))).one()
    assert (message.state, message.failures, message.error_code) == ("pending", 1, "timeout")
    assert (channel.failing_since is not None, channel.last_error_code) == (True, "timeout")


async def test_a_target_that_no_key_opens_is_given_up_at_once(platform: Platform) -> None:
    await failures(platform.database, 2, "one")
    channel = platform.channel("slack://a")
    channel.target_sealed = FernetSealing(["lost" * 10]).seal(b"slack://a")
    await platform.add(rule(), channel)
    await platform.fire()
    await platform.round()
    async with platform.database.nobody() as session:
        message = (await session.scalars(select(PlatformMessage))).one()
    assert (message.state, message.error_code, platform.chats.sent) == ("failed", "sealed_unreadable", [])


async def test_a_session_of_a_client_sees_none_of_it_and_measures_nothing(platform: Platform) -> None:
    tenancy = await add_tenancy(platform.database, "curious")
    await platform.add(rule(), platform.channel("slack://a"))
    async with platform.database.client(tenancy.client_id) as session:
        assert [(await session.scalars(select(table))).all() for table in TABLES] == [[], [], []]
    with pytest.raises(DBAPIError, match="the platform's"):
        async with platform.database.client(tenancy.client_id) as session:
            await session.execute(text("SELECT platform_alert_value('dead_runs', NULL, 60, now())"))


async def test_a_session_of_a_client_can_add_none(platform: Platform) -> None:
    tenancy = await add_tenancy(platform.database, "eager")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with platform.database.client(tenancy.client_id) as session:
            session.add(rule())
            await session.flush()
