"""The gauges' functions over rows of several clients."""

from uuid import uuid4

import psycopg
import pytest
from docflow.db.database import Database
from docflow.db.roles import libpq_url
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError


async def measured(
    database: Database, function: str = "measure_engine"
) -> dict[tuple[str, str | None], float]:
    async with database.nobody() as session:
        rows = await session.execute(text(f"SELECT measure, label, value FROM {function}()"))
        return {(row.measure, row.label): row.value for row in rows}


async def test_waiting_runs_are_counted_over_all_clients(
    database: Database, database_urls: DatabaseUrls, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    before = await measured(database)
    async with await psycopg.AsyncConnection.connect(
        libpq_url(database_urls.admin), autocommit=True
    ) as admin:
        for tenancy in two_clients:
            process_id = uuid4()
            await admin.execute(
                "INSERT INTO processes (process_id, client_id) VALUES (%s, %s)",
                (process_id, tenancy.client_id),
            )
            await admin.execute(
                "INSERT INTO stage_runs (run_id, client_id, process_id, stage, step, available_at)"
                " VALUES (%s, %s, %s, 'INTELLIGENT_OCR', 'read', now() - interval '90 seconds')",
                (uuid4(), tenancy.client_id, process_id),
            )
    after = await measured(database)
    key = ("queue_ready", "INTELLIGENT_OCR")
    assert after[key] - before[key] == 2
    assert 89 < after["queue_oldest", "INTELLIGENT_OCR"] < 120


async def test_audit_records_that_wait_show_their_age(
    database_urls: DatabaseUrls, audit_database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    async with await psycopg.AsyncConnection.connect(
        libpq_url(database_urls.admin), autocommit=True
    ) as admin:
        await admin.execute(
            "INSERT INTO outbox (message_id, topic, client_id, payload, created_at)"
            " VALUES (%s, 'audit.output', %s, '{}', now() - interval '40 seconds')",
            (uuid4(), two_clients[0].client_id),
        )
    found = await measured(audit_database, "measure_audit")
    assert found["waiting", None] == 1
    assert 39 < found["lag", None] < 60


@pytest.mark.parametrize("function", ["measure_engine"])
async def test_the_audit_login_sees_nothing_of_the_engine(audit_database: Database, function: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await measured(audit_database, function)
