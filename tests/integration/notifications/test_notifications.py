"""From the row of a change to the chat and the mailbox, on a real database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.database import Database
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.ids import new_id
from docflow.domain.notifying import Language, Told
from docflow.domain.paging import PageRequest
from docflow.domain.ports.chat import ChatTarget
from docflow.domain.secret_references import variable_of
from docflow.features.alert_rules.models import AlertRule
from docflow.features.alert_rules.periodic import evaluate_alerts
from docflow.features.notification_channels.models import NotificationChannel
from docflow.features.notifications.inbox import Inbox
from docflow.features.notifications.models import Notification
from docflow.features.notifications.preferences import set_preferences
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_user
from docflow.testing.mail import MemoryMail
from docflow_output.loop import LaneLoop
from docflow_output.messages import MessageLane
from docflow_output.secrets import Secrets
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

NOW = datetime.now(UTC)


class Chats:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.trouble: dict[str, Exception] = {}

    async def check(self, kind: str, url: str) -> ChatTarget:
        return ChatTarget(kind, url, "chat.test")

    async def send(self, url: str, title: str, text: str) -> None:
        if url in self.trouble:
            raise self.trouble[url]
        self.sent.append((url, title, text))


@dataclass
class Desk:
    database: Database
    client: UUID
    chats: Chats = field(default_factory=Chats)
    mail: MemoryMail = field(default_factory=MemoryMail)
    sealing: FernetSealing = field(default_factory=lambda: FernetSealing(["s" * 40]))
    worker_id: UUID = field(default_factory=new_id)
    environment: dict[str, str] = field(default_factory=dict)

    async def channel(self, url: str, *events: str, window_s: int = 0) -> UUID:
        channel_id = new_id()
        row = {"kind": "slack", "name": "x", "target_sealed": self.sealing.seal(url.encode())}
        async with self.database.client(self.client) as session:
            session.add(
                NotificationChannel(
                    channel_id=channel_id,
                    client_id=self.client,
                    events=list(events),
                    window_s=window_s,
                    **row,
                )
            )
        return channel_id

    async def tell(
        self, type_: str, pieces: int = 1, *, severity: str = "warning", user: UUID | None = None
    ) -> None:
        rows = [
            Notification(
                notification_id=new_id(), client_id=self.client, user_id=user, type=type_, severity=severity,
                title="A process waits for review", message="Reasons: field_missing.",
            )
            for _ in range(pieces)
        ]  # fmt: skip
        async with self.database.client(self.client) as session:
            session.add_all(rows)

    async def round(self) -> None:
        lane = MessageLane(
            self.database,
            self.chats,
            self.mail,
            self.sealing,
            portal_url="https://portal.test",
            secrets=Secrets(self.database, self.sealing, environment=self.environment),
            chance=lambda: 0.0,
        )
        loop: LaneLoop[Any, Any] = LaneLoop(lane)
        await loop.take(self)
        await loop.settle()

    async def complete(self) -> None:
        async with self.database.client(self.client) as session:
            await session.execute(
                text(
                    "INSERT INTO notifications (notification_id, client_id, type, title, message)"
                    " VALUES (:id, :client, 'process_completed', 'A process is complete', '')"
                ),
                {"id": new_id(), "client": self.client},
            )

    async def rows_due(self) -> None:
        async with self.database.client(self.client) as session:
            await session.execute(text("UPDATE notification_messages SET available_at = now()"))

    async def rows_age(self, type_: str, at: datetime) -> None:
        """Set when they were told."""
        async with self.database.client(self.client) as session:
            await session.execute(
                text("UPDATE notifications SET created_at = :at WHERE type = :type"),
                {"at": at, "type": type_},
            )

    async def rows(self, sql: str, **given: object) -> list[Any]:
        async with self.database.client(self.client) as session:
            return list((await session.execute(text(sql), given)).all())


@pytest.fixture
async def desk(database: Database, two_clients: tuple[Tenancy, Tenancy]) -> Desk:
    return Desk(database, two_clients[0].client_id)


async def test_a_burst_is_one_message(desk: Desk) -> None:
    channel_id = await desk.channel("slack://a", "hitl_required", window_s=60)
    await desk.tell("hitl_required", 300)
    await desk.round()
    await desk.tell("hitl_required", 200)
    await desk.round()
    assert desk.chats.sent == []
    await desk.rows_due()
    await desk.round()
    await desk.round()
    ((_, title, words),) = desk.chats.sent
    assert title == "DocFlow AI: 500 processes wait for review"
    assert "and 495 more" in words
    (row,) = await desk.rows("SELECT * FROM notification_channels WHERE channel_id = :c", c=channel_id)
    assert (row.failing_since, row.last_delivered_at is not None) == (None, True)


async def test_what_is_critical_does_not_wait(desk: Desk) -> None:
    await desk.channel("slack://a", "fraud_detected", window_s=3600)
    await desk.tell("fraud_detected", severity="critical")
    await desk.round()
    assert len(desk.chats.sent) == 1


async def test_a_channel_that_fails_shows_it_and_keeps_nobody_waiting(desk: Desk) -> None:
    broken, away = await desk.channel("slack://broken", "alert"), await desk.channel("slack://away", "alert")
    await desk.channel("slack://well", "alert")
    desk.chats.trouble["slack://broken"] = PermanentError("no", code="channel_refused")
    desk.chats.trouble["slack://away"] = TransientError("no", code="timeout")
    await desk.tell("alert")
    await desk.round()
    assert [url for url, _, _ in desk.chats.sent] == ["slack://well"]
    rows = await desk.rows("SELECT channel_id, state, failures FROM notification_messages")
    states = {row.channel_id: (row.state, row.failures) for row in rows}
    assert (states[broken], states[away]) == (("failed", 1), ("pending", 1))
    codes = await desk.rows(
        "SELECT last_error_code FROM notification_channels WHERE failing_since IS NOT NULL"
    )
    assert sorted(row[0] for row in codes) == ["channel_refused", "timeout"]


async def test_a_target_may_be_a_secret_of_the_client_by_name(
    desk: Desk, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    slug = (await desk.rows("SELECT slug FROM clients"))[0].slug
    desk.environment[variable_of(slug, "HOOK")] = "slack://kept"
    await desk.channel('{"$secret": "HOOK"}', "alert")
    other = Desk(desk.database, two_clients[1].client_id, environment=desk.environment)
    foreign = await other.channel('{"$secret": "HOOK"}', "alert")
    for one in (desk, other):
        await one.tell("alert")
    await desk.round()
    assert [url for url, _, _ in desk.chats.sent] == ["slack://kept"]
    (row,) = await other.rows(
        "SELECT last_error_code FROM notification_channels WHERE channel_id = :c", c=foreign
    )
    assert row.last_error_code == "secret_missing"


async def test_a_letter_goes_to_the_person_who_wants_it(
    desk: Desk, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    email = f"{new_id().hex}@people.test"
    wants = await add_user(desk.database, desk.client, email=email)
    await add_user(desk.database, desk.client, email=f"{new_id().hex}@people.test")
    async with desk.database.client(desk.client) as session:
        await set_preferences(session, desk.client, wants, in_app=[], email=[Told.ALERT], email_window_s=0)
    await desk.tell("alert")
    await desk.round()
    (letter,) = desk.mail.sent
    assert (letter.to, "<li>" in letter.html, "portal.test" in letter.text) == (email, True, True)


async def test_a_letter_is_in_the_language_that_its_reader_chose_last(desk: Desk) -> None:
    reader = await add_user(desk.database, desk.client, email=f"{new_id().hex}@people.test")
    wanted: dict[str, Any] = {"in_app": [], "email": [Told.HITL_REQUIRED], "email_window_s": 0}
    async with desk.database.client(desk.client) as session:
        await set_preferences(session, desk.client, reader, **wanted, language=Language.DE)
        kept = await set_preferences(session, desk.client, reader, **wanted)
    await desk.tell("hitl_required")
    await desk.round()
    (letter,) = desk.mail.sent
    assert kept.language is Language.DE
    assert letter.subject == "DocFlow AI: Ein Vorgang wartet auf Prüfung"
    assert "Gründe: field_missing." in letter.text
    assert '<html lang="de">' in letter.html


async def test_a_completion_is_kept_only_where_it_is_wanted(desk: Desk) -> None:
    await desk.complete()
    assert await desk.rows("SELECT 1 FROM notifications") == []
    await desk.channel("slack://a", "process_completed")
    await desk.complete()
    assert len(await desk.rows("SELECT 1 FROM notifications")) == 1


async def test_each_person_reads_for_themselves(desk: Desk) -> None:
    ada, bob = [
        await add_user(desk.database, desk.client, email=f"{new_id().hex}@people.test") for _ in range(2)
    ]
    await desk.tell("alert", 3)
    await desk.tell("alert", user=bob)
    async with desk.database.client(desk.client) as session:
        hers, his = Inbox(session, desk.client, ada), Inbox(session, desk.client, bob)
        assert (await hers.unread(), await his.unread()) == (3, 4)
        page = await hers.page(PageRequest(2))
        await hers.read(page.rows[0].row.notification_id, at=NOW)
        await his.read_all()
        assert (await hers.unread(), await his.unread()) == (2, 0)
        rest = await hers.page(PageRequest(2, page.next), unread_only=True)
        assert [one.is_read for one in rest.rows] == [False]
        assert all(one.is_read for one in (await his.page(PageRequest(10))).rows)
    await desk.tell("alert")
    async with desk.database.client(desk.client) as session:
        assert await Inbox(session, desk.client, bob).unread() == 1


async def _rule(desk: Desk, **columns: object) -> UUID:
    given = {"name": "alarms", "event": "hitl_required", "threshold": 2.0, **columns}
    rule_id = new_id()
    async with desk.database.client(desk.client) as session:
        session.add(AlertRule(rule_id=rule_id, client_id=desk.client, **given))
    return rule_id


async def _alerts(desk: Desk) -> int:
    return len(await desk.rows("SELECT 1 FROM notifications WHERE type = 'alert'"))


async def test_a_rule_fires_once_in_a_cool_down_however_many_evaluate(desk: Desk) -> None:
    await _rule(desk)
    await desk.tell("hitl_required", 3)
    at = datetime.now(UTC) + timedelta(seconds=1)
    await asyncio.gather(*(evaluate_alerts(desk.database, at) for _ in range(4)))
    assert await _alerts(desk) == 1
    await evaluate_alerts(desk.database, at + timedelta(minutes=59))
    assert await _alerts(desk) == 1
    await desk.rows_age("hitl_required", at + timedelta(minutes=60))
    await evaluate_alerts(desk.database, at + timedelta(minutes=61))
    assert await _alerts(desk) == 2


class Divides(Database):
    """Whose evaluation of one client meets an error that is not the world's."""

    broken: UUID

    @asynccontextmanager
    async def client(self, client_id: UUID) -> AsyncIterator[AsyncSession]:
        async with super().client(client_id) as session:
            if client_id == self.broken:
                await session.execute(text("SELECT 1 / 0"))
            yield session


async def test_a_client_whose_rules_cannot_be_evaluated_keeps_no_other_from_theirs(
    database_urls: DatabaseUrls, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    first, second = sorted(two_clients, key=lambda one: one.client_id)
    desks = [Desk(database, one.client_id) for one in (first, second)]
    for desk in desks:
        await _rule(desk)
        await desk.tell("hitl_required", 3)
    async with aclosing(Divides(database_urls.app, pool_size=1)) as divides:
        divides.broken = first.client_id
        await evaluate_alerts(divides, datetime.now(UTC) + timedelta(seconds=1))
    assert [await _alerts(desk) for desk in desks] == [0, 1]


async def test_at_the_threshold_and_outside_the_window_nothing_fires(desk: Desk) -> None:
    await _rule(desk)
    await desk.tell("hitl_required", 2)
    await evaluate_alerts(desk.database, datetime.now(UTC))
    await desk.tell("hitl_required", 5)
    await evaluate_alerts(desk.database, datetime.now(UTC) + timedelta(hours=2))
    assert await _alerts(desk) == 0


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("review_queue_depth", 0.0), ("review_queue_age_s", 0.0), ("failure_rate", None),
        ("straight_through_rate", None), ("latency_p95_s", None), ("spend_usd", 0.0), ("dead_runs", 0.0),
        ("deliveries_failing", 0.0),
    ],
)  # fmt: skip
async def test_every_metric_is_measured_of_a_client_without_work(
    desk: Desk, metric: str, value: float | None
) -> None:
    rule_id = await _rule(desk, event=None, metric=metric, comparison="below", threshold=0.0)
    await evaluate_alerts(desk.database, datetime.now(UTC))
    (row,) = await desk.rows(
        "SELECT last_value, last_fired_at FROM alert_rules WHERE rule_id = :r", r=rule_id
    )
    assert (row.last_value, row.last_fired_at) == (value, None)


async def test_another_client_is_told_nothing(desk: Desk, two_clients: tuple[Tenancy, Tenancy]) -> None:
    other = Desk(desk.database, two_clients[1].client_id, chats=desk.chats)
    await other.channel("slack://theirs", "alert")
    await desk.tell("alert")
    await desk.round()
    assert "slack://theirs" not in [url for url, _, _ in desk.chats.sent]
    assert Counter(await other.rows("SELECT 1 FROM notifications")) == Counter()
