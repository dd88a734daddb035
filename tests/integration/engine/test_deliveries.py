"""Webhook deliveries and output actions as the sender gets them."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.outcomes import Advance, StageOutcome
from docflow.features.audit.messages import delivery_audit
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy
from sqlalchemy import text

from tests.integration.engine.claiming import lose, new_worker
from tests.integration.engine.submitting import rows, submit, until_status


@pytest.fixture
def acme(two_clients: tuple[Tenancy, Tenancy]) -> Tenancy:
    return two_clients[0]


async def endpoint(database: Database, tenancy: Tenancy, *events: str, kind: str = "endpoint") -> UUID:
    endpoint_id = new_id()
    await rows(
        database,
        tenancy,
        "INSERT INTO webhook_endpoints (endpoint_id, client_id, kind, url, events, secret_sealed)"
        " VALUES (:e, :c, :k, :u, CAST(:ev AS text[]), '\\x00') RETURNING 1",
        e=endpoint_id,
        c=tenancy.client_id,
        k=kind,
        u="https://hooks.example/in" if kind == "endpoint" else None,
        ev=list(events),
    )
    return endpoint_id


async def completed(database: Database, tenancy: Tenancy, **columns: object) -> UUID:
    async def act(_job: Any, _ledger: Any) -> StageOutcome:
        return Advance(actions=({"action_type": "file_export", "target_config": {"format": "csv"}},))

    (process_id,) = await submit(database, tenancy, **columns)
    async with open_worker(database, toy_pipeline(output=act)):
        await until_status(database, tenancy, [process_id], "completed")
    return process_id


async def claimed(database: Database, function: str, worker: UUID, tenancy: Tenancy) -> list[Any]:
    async with database.nobody() as session:
        found = (await session.execute(text(f"SELECT * FROM {function}(:w, 50)"), {"w": worker})).all()
    return [row for row in found if row.client_id == tenancy.client_id]


async def finished(database: Database, function: str, worker: UUID, **outcome: Any) -> int:
    async with database.nobody() as session:
        done = await session.execute(
            text(f"SELECT * FROM {function}(:w, CAST(:o AS jsonb))"),
            {"w": worker, "o": json.dumps([outcome])},
        )
        return len(done.all())


async def test_only_subscribed_endpoints_get_a_delivery_with_a_thin_body(
    database: Database, acme: Tenancy
) -> None:
    wanted = await endpoint(database, acme, "process.completed")
    await endpoint(database, acme, "process.failed")
    process_id = await completed(database, acme, external_id="order-7")

    (delivery,) = await claimed(database, "claim_deliveries", await new_worker(database), acme)

    body = json.loads(delivery.body)
    path = f"/v1/processes/{process_id}"
    assert (delivery.endpoint_id, delivery.url, body["type"]) == (
        wanted,
        "https://hooks.example/in",
        "process.completed",
    )
    assert body["data"] == {
        "process_id": str(process_id),
        "status": "completed",
        "version": 5,
        "external_id": "order-7",
        "links": {"self": path, "result": f"{path}/result"},
    }


async def test_a_callback_gets_its_address_byte_for_byte_and_no_news_of_the_way(
    database: Database, acme: Tenancy
) -> None:
    await endpoint(database, acme, kind="callback")
    await completed(database, acme, callback_url="https://n8n.example/w?a=%2F&b")
    found = await claimed(database, "claim_deliveries", await new_worker(database), acme)
    assert [(each.event_type, each.url) for each in found] == [
        ("process.completed", "https://n8n.example/w?a=%2F&b")
    ]


async def test_the_webhook_id_stays_through_retries(database: Database, acme: Tenancy) -> None:
    await endpoint(database, acme, "process.completed")
    await completed(database, acme)
    worker = await new_worker(database)
    (first,) = await claimed(database, "claim_deliveries", worker, acme)
    log = {"at": "2026-11-20T00:00:00Z", "status": 500, "error": None, "duration_ms": 3}
    await finished(
        database,
        "finish_deliveries",
        worker,
        delivery_id=str(first.delivery_id),
        attempt=first.attempt,
        state="pending",
        retry_in_s=0,
        counts=True,
        log=log,
    )
    (second,) = await claimed(database, "claim_deliveries", worker, acme)
    kept = await rows(database, acme, "SELECT attempts FROM webhook_deliveries")
    assert (second.webhook_id, second.attempt, second.failures) == (first.webhook_id, 2, 1)
    assert [row.attempts for row in kept] == [[log]]


async def test_a_lost_worker_uses_up_no_attempt_of_a_delivery_and_its_word_counts_no_more(
    database: Database, acme: Tenancy
) -> None:
    await endpoint(database, acme, "process.completed")
    await completed(database, acme)
    first, second = await new_worker(database), await new_worker(database)
    (old,) = await claimed(database, "claim_deliveries", first, acme)
    await lose(database, first)
    (new,) = await claimed(database, "claim_deliveries", second, acme)

    late = await finished(
        database,
        "finish_deliveries",
        first,
        delivery_id=str(old.delivery_id),
        attempt=old.attempt,
        state="delivered",
    )

    assert (new.delivery_id, new.failures, late) == (old.delivery_id, 0, 0)


async def test_an_endpoint_that_is_gone_is_disabled(database: Database, acme: Tenancy) -> None:
    await endpoint(database, acme, "process.completed")
    await completed(database, acme)
    worker = await new_worker(database)
    (delivery,) = await claimed(database, "claim_deliveries", worker, acme)
    await finished(
        database,
        "finish_deliveries",
        worker,
        delivery_id=str(delivery.delivery_id),
        attempt=1,
        state="failed",
        disable_endpoint=True,
    )
    states = await rows(database, acme, "SELECT state, failing_since FROM webhook_endpoints")
    assert [(row.state, row.failing_since is not None) for row in states] == [("disabled", True)]


async def test_an_action_is_taken_done_and_audited_once(database: Database, acme: Tenancy) -> None:
    process_id = await completed(database, acme)
    worker = await new_worker(database)
    (action,) = await claimed(database, "claim_actions", worker, acme)
    told = delivery_audit(
        client_id=acme.client_id, process_id=process_id, at=datetime.now(UTC), action="exported"
    )
    outcome = {
        "action_id": str(action.action_id),
        "attempt": action.attempt,
        "status": "completed",
        "result": {"key": "k"},
        "outbox": [told],
    }
    counts = [await finished(database, "finish_actions", worker, **outcome) for _ in range(2)]

    (row,) = await rows(database, acme, "SELECT * FROM output_actions")
    records = await rows(database, acme, "SELECT 1 FROM outbox WHERE topic = 'audit.act'")
    assert (action.action_type, action.target_config, counts) == ("file_export", {"format": "csv"}, [1, 0])
    assert (row.status, row.result, len(records)) == ("completed", {"key": "k"}, 1)


async def test_an_action_cannot_speak_for_another_client(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, globex = two_clients
    await completed(database, acme)
    worker = await new_worker(database)
    (action,) = await claimed(database, "claim_actions", worker, acme)
    foreign = delivery_audit(client_id=globex.client_id, at=datetime.now(UTC), action="exported")
    await finished(
        database,
        "finish_actions",
        worker,
        action_id=str(action.action_id),
        attempt=1,
        status="completed",
        outbox=[foreign],
    )
    assert not await rows(database, globex, "SELECT 1 FROM outbox WHERE topic = 'audit.act'")
