"""Workers as processes of their own, killed in the middle of their work."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.stages import Stage
from docflow.features.audit.verify import verify
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_tenancy

from tests.integration.engine.submitting import rows, submit, until_status

ROOT = Path(__file__).resolve().parents[3]
QUICKLY_S = 1.5
AS_IN_PRODUCTION_S = 6.0

POINTS = [
    *(f"{stage}.{place}:2" for stage in ("ingest", "ocr", "processor", "output") for place in (
        "after_claim", "before_finish", "after_finish",
    )),
    # Passed once a batch, and all records may be one batch.
    "relay.after_publish:1",
    "audit.before_write:1",
    "audit.after_write:1",
]  # fmt: skip


@asynccontextmanager
async def toy_worker(
    urls: DatabaseUrls, *, crash_at: str = "", expiry_s: float = QUICKLY_S
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process; killed at the end when it still lives."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.engine.toy_worker",
        urls.app,
        urls.audit,
        str(expiry_s),
        cwd=ROOT,
        env={**os.environ, "DOCFLOW_CRASH_AT": crash_at},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    drain = asyncio.create_task(process.stdout.read())
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await drain


@pytest.fixture
async def fresh(fresh_database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    opened = Database(fresh_database_urls.app, pool_size=3)
    yield opened
    await opened.aclose()


@pytest.fixture
async def acme(fresh: Database) -> Tenancy:
    return await add_tenancy(fresh, "acme")


async def until_audited(database: Database, tenancy: Tenancy, count: int) -> None:
    async with asyncio.timeout(15):
        while len(await rows(database, tenancy, "SELECT 1 FROM audit_logs")) < count:
            await asyncio.sleep(0.05)


async def prove_exactly_once(
    urls: DatabaseUrls, database: Database, tenancy: Tenancy, processes: Sequence[UUID]
) -> None:
    """Every process passed each stage once, and every finish has exactly one audit record."""
    await until_audited(database, tenancy, 4 * len(processes))
    passed = await rows(database, tenancy, "SELECT final_output -> 'passed' AS passed FROM processes")
    assert [row.passed for row in passed] == [[stage.value for stage in Stage]] * len(processes)
    finished = await rows(database, tenancy, "SELECT status FROM stage_runs")
    assert [row.status for row in finished] == ["done"] * 4 * len(processes)
    audited = await rows(
        database,
        tenancy,
        "SELECT r.run_id, count(a.audit_id) AS records FROM stage_runs r LEFT JOIN audit_logs a"
        " ON a.run_id = r.run_id AND a.attempt = r.attempt GROUP BY r.run_id",
    )
    assert {row.records for row in audited} == {1}
    audit = Database(urls.audit, pool_size=1)
    found = await verify(audit.nobody)
    await audit.aclose()
    assert (found.ok, found.checked) == (True, 4 * len(processes))


@pytest.mark.parametrize(
    ("expiry_s", "within_s"),
    [(QUICKLY_S, 6.0), pytest.param(AS_IN_PRODUCTION_S, 8.0, marks=pytest.mark.full)],
)
async def test_what_a_killed_worker_held_is_taken_over_soon_after_its_row_has_run_out(
    expiry_s: float, within_s: float, fresh_database_urls: DatabaseUrls, fresh: Database, acme: Tenancy
) -> None:
    processes = await submit(fresh, acme, 3)
    async with toy_worker(fresh_database_urls, crash_at="ocr.before_finish", expiry_s=expiry_s) as first:
        await asyncio.wait_for(first.wait(), 15)
    killed_at = time.monotonic()
    async with toy_worker(fresh_database_urls, expiry_s=expiry_s):
        await until_status(fresh, acme, processes, "completed")
        took_s = time.monotonic() - killed_at
        await prove_exactly_once(fresh_database_urls, fresh, acme, processes)
    assert took_s < within_s


@pytest.mark.full
async def test_workers_killed_at_random_lose_nothing_and_do_nothing_twice(
    fresh_database_urls: DatabaseUrls, fresh: Database, acme: Tenancy
) -> None:
    processes = await submit(fresh, acme, 40)
    for _ in range(3):
        async with toy_worker(fresh_database_urls):
            await asyncio.sleep(0.25)
    async with toy_worker(fresh_database_urls), toy_worker(fresh_database_urls):
        await until_status(fresh, acme, processes, "completed", within_s=30)
        await prove_exactly_once(fresh_database_urls, fresh, acme, processes)


async def test_a_worker_told_to_stop_ends_with_0_and_leaves_nothing_claimed(
    fresh_database_urls: DatabaseUrls, fresh: Database, acme: Tenancy
) -> None:
    await submit(fresh, acme, 30)
    async with toy_worker(fresh_database_urls) as worker:
        await asyncio.sleep(0.3)
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), 10) == 0
    assert not await rows(fresh, acme, "SELECT 1 FROM stage_runs WHERE status = 'claimed' OR losses > 0")


@pytest.mark.full
@pytest.mark.parametrize("point", POINTS)
async def test_a_crash_at_any_named_point_loses_nothing_and_does_nothing_twice(
    point: str, fresh_database_urls: DatabaseUrls, fresh: Database, acme: Tenancy
) -> None:
    processes = await submit(fresh, acme, 6)
    async with toy_worker(fresh_database_urls, crash_at=point) as first:
        assert await asyncio.wait_for(first.wait(), 20) == -9
    async with toy_worker(fresh_database_urls):
        await until_status(fresh, acme, processes, "completed", within_s=30)
        await prove_exactly_once(fresh_database_urls, fresh, acme, processes)
