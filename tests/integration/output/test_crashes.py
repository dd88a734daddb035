"""A worker is killed at each point where work could be lost or done twice; another one takes over."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from docflow.adapters.blobs.objects import FolderBlobs
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import add_tenancy
from sqlalchemy import text

from tests.integration.output.conftest import Output
from tests.integration.output.receiver import receiving
from tests.integration.output.test_actions import action, keys, row
from tests.integration.output.test_deliveries import state

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.full


@pytest.fixture
async def output(fresh_database_urls: DatabaseUrls, tmp_path: Path) -> AsyncIterator[Output]:
    database = Database(fresh_database_urls.app, pool_size=2, max_overflow=2)
    made = Output(database, await add_tenancy(database, "acme"), blobs=FolderBlobs(tmp_path))
    yield made
    await database.aclose()


async def crash(output: Output, point: str, url: str, blobs: Path) -> None:
    """Run one round in another process that is killed at the point, and give its worker up."""
    lane = point.partition(".")[0]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.output.crashing", lane, url, str(output.worker_id), str(blobs),
        cwd=ROOT, env={**os.environ, "DOCFLOW_CRASH_AT": point},
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
