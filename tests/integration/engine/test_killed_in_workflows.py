"""Workers killed while processes go through a workflow that branches."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from docflow.db.database import Database
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_configuration, add_tenancy

from tests.integration.engine.submitting import rows, submit, until_status
from tests.integration.engine.test_killed_workers import toy_worker
from tests.unit.workflows.made import SCHEMA, step

BRANCHED = {
    "steps": [
        step("take", "ingest"),
        step("read", "ocr"),
        step("check", "process", ("again", "metadata.rank > 3"), ("send", None)),
        step("again", "process"),
        step("send", "output", ("more", "metadata.rank > 3")),
        step("more", "output"),
    ]
}
PLAIN = ["take", "read", "check", "send"]
LONG = ["take", "read", "check", "again", "send", "more"]
_OTHERS = (
    "ingest.after_finish",
    "ocr.after_finish",
    "processor.before_finish",
    "output.after_claim",
    "output.after_finish",
)


@pytest.fixture
async def fresh(fresh_database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    opened = Database(fresh_database_urls.app, pool_size=3)
    yield opened
    await opened.aclose()


@pytest.mark.parametrize(
    "point",
    [
        "processor.after_finish",
        "output.before_finish",
        *(pytest.param(point, marks=pytest.mark.full) for point in _OTHERS),
    ],
)
async def test_wherever_a_worker_dies_each_process_goes_its_way_once(
    point: str, fresh_database_urls: DatabaseUrls, fresh: Database
) -> None:
    acme: Tenancy = await add_tenancy(fresh, "acme")
    await add_configuration(
        fresh, acme.client_id, acme.process_type_id, version=2, workflow=BRANCHED, output_schema=SCHEMA
    )
    ways = {}
    for rank, way in ((1, PLAIN), (5, LONG), (2, PLAIN), (9, LONG)):
        (process_id,) = await submit(fresh, acme, config_version=2, metadata_={"rank": rank})
        ways[process_id] = way
    async with toy_worker(fresh_database_urls, crash_at=f"{point}:2") as first:
        assert await asyncio.wait_for(first.wait(), 20) == -9
    async with toy_worker(fresh_database_urls):
        await until_status(fresh, acme, list(ways), "completed", within_s=30)
    found = await rows(
        fresh,
        acme,
        "SELECT process_id, array_agg(step ORDER BY created_at, run_id) AS steps, bool_and(status = 'done') AS done"
        " FROM stage_runs GROUP BY process_id",
    )
    assert {row.process_id: list(row.steps) for row in found} == ways
    assert all(row.done for row in found)
