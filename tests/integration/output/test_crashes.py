"""A worker is killed at each point where work could be lost or done twice; another one takes over."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from docflow.adapters.blobs.objects import FolderBlobs
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.mail.smtp import Safety, SmtpMail, SmtpServer
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import add_tenancy
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.integration.output.conftest import Output
from tests.integration.output.receiver import receiving
from tests.integration.output.systems import http_system, mail_system
from tests.integration.output.test_actions import action, keys, row
from tests.integration.output.test_deliveries import state

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.full


@pytest.fixture
async def output(fresh_database_urls: DatabaseUrls, tmp_path: Path) -> AsyncIterator[Output]:
    database = Database(fresh_database_urls.app, pool_size=2, max_overflow=2)
    made = Output(database, await add_tenancy(database, "acme"), blobs=FolderBlobs(tmp_path))
    yield made
    await made.aclose()
    await database.aclose()


async def crash(output: Output, point: str, url: str, blobs: Path, mail_port: int = 1) -> None:
    """Run one round in another process that is killed at the point, and give its worker up."""
    lane = point.partition(".")[0]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.output.crashing", lane, url, str(output.worker_id), str(blobs),
        str(mail_port), cwd=ROOT, env={**os.environ, **output.environment, "DOCFLOW_CRASH_AT": point},
    )  # fmt: skip
    assert await child.wait() == -signal.SIGKILL
    async with output.database.nobody() as session:
        await session.execute(text("SELECT heartbeat(:w, 'x', 'h', 1, -1)"), {"w": output.worker_id})
    output.worker_id = new_id()
    await output.alive()


@pytest.mark.parametrize("point", ["after_claim", "after_send", "before_finish", "after_finish"])
async def test_a_killed_delivery_arrives_under_one_id(
    output: Output, fresh_database_urls: DatabaseUrls, tmp_path: Path, point: str
) -> None:
    async with receiving() as receiver:
        delivery_id = await output.delivery(receiver.url)
        await crash(output, f"delivery.{point}", fresh_database_urls.app, tmp_path)
        await output.round(output.deliveries())
    done = await state(output, delivery_id)
    assert (done["state"], done["failures"]) == ("delivered", 0)
    assert {headers["webhook-id"] for headers, _ in receiver.requests} == {done["webhook_id"]}
    assert len(receiver.requests) == (2 if point in ("after_send", "before_finish") else 1)


@pytest.mark.parametrize("point", ["after_claim", "after_effect", "before_finish", "after_finish"])
async def test_a_killed_export_leaves_one_file(
    output: Output, fresh_database_urls: DatabaseUrls, tmp_path: Path, point: str
) -> None:
    action_id = await action(output, "file_export", {"format": "csv"})
    await crash(output, f"action.{point}", fresh_database_urls.app, tmp_path)
    await output.round(output.actions())
    done = await row(output, action_id)
    assert (done["status"], done["retry_count"]) == ("completed", 0)
    assert await keys(output) == [done["result"]["key"]]


POINTS = ["after_claim", "after_effect", "before_finish", "after_finish"]


async def completed_after_a_crash(
    output: Output,
    urls: DatabaseUrls,
    blobs: Path,
    point: str,
    kind: str,
    target: dict[str, Any],
    port: int = 1,
) -> dict[str, Any]:
    action_id = await action(output, kind, target)
    await crash(output, f"action.{point}", urls.app, blobs, port)
    await output.round(output.actions())
    done = await row(output, action_id)
    assert (done["status"], done["retry_count"], done["attempt"]) == (
        "completed",
        0,
        1 if point == "after_finish" else 2,
    )
    return done


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", ["erp_integration", "webhook"])
async def test_a_killed_call_has_one_effect_where_the_key_is_honoured(
    output: Output, fresh_database_urls: DatabaseUrls, tmp_path: Path, point: str, kind: str
) -> None:
    async with http_system() as system:
        target = {"url": system.url("/in"), "mapping": {"number": "external_id"}}
        done = await completed_after_a_crash(output, fresh_database_urls, tmp_path, point, kind, target)
    assert list(system.effects) == [f"act_{done['action_id'].hex}"]
    assert len(system.asked) == (2 if point in ("after_effect", "before_finish") else 1)


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_letter_is_one_letter(
    output: Output, fresh_database_urls: DatabaseUrls, tmp_path: Path, point: str
) -> None:
    async with mail_system() as system:
        server = SmtpServer("127.0.0.1", system.port, Safety.NONE)
        output.mail = SmtpMail(server, SystemClock(), sender="DocFlow <out@docflow.test>", timeout_s=5.0)
        target = {"to": "ada@acme.test"}
        await completed_after_a_crash(
            output, fresh_database_urls, tmp_path, point, "email", target, system.port
        )
    assert len(system.letters) == 1


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_insert_leaves_one_row(
    output: Output, fresh_database_urls: DatabaseUrls, tmp_path: Path, point: str
) -> None:
    url = make_url(fresh_database_urls.admin)
    engine = create_engine(fresh_database_urls.admin, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (idempotency_key text UNIQUE, number text)"))
    output.environment = {"DOCFLOW_SECRET_ACME_DB_PASSWORD": url.password or "none"}
    target = {
        "url": f"postgresql+psycopg://{url.host}:{url.port}/{url.database}",
        "username": url.username,
        "password": {"$secret": "DB_PASSWORD"},
        "table": "invoices",
        "columns": {"number": "external_id"},
    }
    done = await completed_after_a_crash(
        output, fresh_database_urls, tmp_path, point, "database_insert", target
    )
    with engine.begin() as connection:
        found = [tuple(each) for each in connection.execute(text("SELECT * FROM invoices"))]
    engine.dispose()
    assert found == [(f"act_{done['action_id'].hex}", "INV-7")]
