"""Workers killed around a split and around the end of its children: no child twice, none missing, one end."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.stages import Stage
from docflow.features.stage_runs import lifecycle
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_document, add_process, add_run

from tests.integration.engine.submitting import rows, state, submit, until_status
from tests.integration.engine.test_killed_workers import acme, fresh, toy_worker, until_audited

__all__ = ["acme", "fresh"]

PARTS = 3


async def prove_one_family(database: Database, tenancy: Tenancy, process_id: UUID) -> None:
    parent = await state(database, tenancy, process_id)
    children = await rows(
        database,
        tenancy,
        "SELECT p.process_id, p.status, count(d.document_id) AS documents, p.final_output -> 'passed' AS passed"
        " FROM processes p JOIN documents d USING (process_id) WHERE p.parent_process_id = :p"
        " GROUP BY p.process_id ORDER BY p.created_at",
        p=process_id,
    )
    assert [(child.status, child.documents, len(child.passed)) for child in children] == [
        ("completed", 1, 4)
    ] * PARTS
    listed = parent.classification_result["split"]["children"]
    assert [one["process_id"] for one in listed] == [str(child.process_id) for child in children]
    runs = await rows(
        database,
        tenancy,
        "SELECT stage, status FROM stage_runs WHERE process_id = :p ORDER BY created_at",
        p=process_id,
    )
    assert [tuple(run) for run in runs] == [
        ("INGEST", "done"),
        ("INTELLIGENT_OCR", "done"),
        ("INTELLIGENT_OCR", "done"),
    ]
    finishes = 3 + 4 * PARTS
    await until_audited(database, tenancy, finishes)
    audited = await rows(database, tenancy, "SELECT run_id FROM audit_logs")
    assert len(audited) == len({row.run_id for row in audited}) == finishes


# The split is the first finish of this stage, the children's are the next, the parent's end the last.
@pytest.mark.parametrize(
    "point",
    [
        "ocr.before_finish:1",
        pytest.param("ocr.after_finish:1", marks=pytest.mark.full),
        pytest.param("output.before_finish:3", marks=pytest.mark.full),
        "output.after_finish:3",
        pytest.param("ocr.before_finish:5", marks=pytest.mark.full),
    ],
)
async def test_a_worker_killed_there_leaves_one_family(
    point: str, fresh_database_urls: DatabaseUrls, fresh: Database, acme: Tenancy
) -> None:
    (process_id,) = await submit(fresh, acme, metadata_={"parts": PARTS})
    async with toy_worker(fresh_database_urls, crash_at=point) as first:
        assert await asyncio.wait_for(first.wait(), 20) == -9
    async with toy_worker(fresh_database_urls):
        await until_status(fresh, acme, [process_id], "completed", within_s=20)
        await prove_one_family(fresh, acme, process_id)


@pytest.mark.full
async def test_children_that_end_at_once_end_their_parent_once(
    fresh_database_urls: DatabaseUrls, fresh: Database, acme: Tenancy
) -> None:
    families = await submit(fresh, acme, 20, metadata_={"parts": PARTS})
    async with toy_worker(fresh_database_urls), toy_worker(fresh_database_urls):
        await until_status(fresh, acme, families, "completed", within_s=60)
    gathers = await rows(
        fresh,
        acme,
        "SELECT count(*) AS runs FROM stage_runs r JOIN processes p USING (process_id)"
        " WHERE p.parent_process_id IS NULL AND r.stage = 'INTELLIGENT_OCR' GROUP BY p.process_id",
    )
    assert [row.runs for row in gathers] == [2] * len(families)


async def test_two_last_children_that_end_at_one_moment_take_turns_at_their_parent(
    fresh: Database, acme: Tenancy
) -> None:
    """Each in a transaction of its own; the second waits for the first, sees it, and opens the parent's run."""
    parent = await add_process(
        fresh,
        acme,
        status="classifying",
        current_stage="INTELLIGENT_OCR",
        classification_result={"split": {"children": [{"process_id": str(UUID(int=1))}]}},
    )
    await add_run(fresh, acme.client_id, parent, Stage.INTELLIGENT_OCR, status="done")
    children = []
    for _ in range(2):
        child = await add_process(
            fresh, acme, parent_process_id=parent, status="validating", current_stage="OUTPUT"
        )
        await add_document(fresh, acme.client_id, child)
        children.append(child)

    async def cancel(child: UUID) -> None:
        async with fresh.client(acme.client_id) as session:
            await lifecycle.cancel(
                session, client_id=acme.client_id, process_id=child, by="user:x", at=datetime.now(UTC)
            )
            await asyncio.sleep(0.2)

    await asyncio.gather(*(cancel(child) for child in children))
    opened = await rows(
        fresh, acme, "SELECT 1 FROM stage_runs WHERE process_id = :p AND status = 'ready'", p=parent
    )
    assert len(opened) == 1
