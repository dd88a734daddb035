"""Workflows that branch, on the real database: which way, whose actions, and from where again."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.errors import UserError
from docflow.domain.jobs import Job, Ledger
from docflow.domain.outcomes import Advance, Fail, StageOutcome
from docflow.domain.routing import Router
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.transition import Decision
from docflow.domain.workflow import pinned_workflow
from docflow.features.stage_runs import lifecycle
from docflow.testing.engine import open_worker, toy_pipeline
from docflow.testing.factories import Tenancy, add_configuration

from tests.integration.engine.submitting import rows, state, submit, until_status
from tests.integration.engine.test_lifecycle import decide, steps
from tests.unit.workflows.made import SCHEMA, by_amount, step

_ACTION = {"action_type": "file_export", "target_config": {"format": "json"}}
BY_AMOUNT = by_amount(approvals=2, priority=3)
TWO_OUTPUTS = {
    "steps": [
        step("take", "ingest"),
        step("read", "ocr"),
        step("check", "process"),
        step("archive", "output", ("erp", "total > 1000"), actions=[_ACTION, _ACTION]),
        step("erp", "output", actions=[_ACTION]),
    ]
}


@pytest.fixture
def acme(two_clients: tuple[Tenancy, Tenancy]) -> Tenancy:
    return two_clients[0]


async def reading(job: Job, _ledger: Ledger) -> StageOutcome:
    """What its metadata says stands in the document."""
    fields = {"total": {"value": job.process.metadata.get("total"), "confidence": 0.9}}
    return Advance({"extraction_result": {"fields": fields}, "overall_confidence": 0.9})


async def checking(job: Job, _ledger: Ledger) -> StageOutcome:
    assert job.configuration is not None
    workflow = pinned_workflow(job.configuration)
    if workflow.is_review(job.run.step):
        return Router(workflow, job.process).review(job.run.step)
    return Fail("told_to") if job.process.metadata.get("fails") else Advance()


async def sending(job: Job, _ledger: Ledger) -> StageOutcome:
    assert job.configuration is not None
    return Advance({"final_output": {}}, actions=tuple(job.configuration.output_actions))


async def published(database: Database, tenancy: Tenancy, version: int, workflow: dict[str, Any]) -> None:
    await add_configuration(
        database,
        tenancy.client_id,
        tenancy.process_type_id,
        version=version,
        workflow=workflow,
        output_schema=SCHEMA,
        output_actions=[_ACTION],
    )


async def sent(
    database: Database, tenancy: Tenancy, total: str | None, version: int = 2, **metadata: Any
) -> UUID:
    (process_id,) = await submit(
        database, tenancy, config_version=version, metadata_={"total": total, **metadata}
    )
    return process_id


async def work(database: Database, tenancy: Tenancy, *processes: UUID) -> None:
    stages = toy_pipeline(intelligent_ocr=reading, intelligent_process=checking, output=sending)
    async with open_worker(database, stages):
        await until_status(database, tenancy, list(processes), "completed", "failed", "hitl_review")


async def test_a_process_takes_the_way_of_its_amount(database: Database, acme: Tenancy) -> None:
    await published(database, acme, 2, BY_AMOUNT)
    small, large, unread = [await sent(database, acme, total) for total in ("10", "5000", None)]
    await work(database, acme, small, large, unread)
    assert await steps(database, acme, small) == ["take", "read", "check", "send"]
    assert await steps(database, acme, large) == ["take", "read", "check", "look"]
    assert await steps(database, acme, unread) == ["take", "read", "check"]
    reviews = await rows(
        database,
        acme,
        "SELECT process_id, reasons->0->>'code' AS code, priority, approvals_required FROM reviews"
        " WHERE process_id = :p OR process_id = :q",
        p=large,
        q=unread,
    )
    assert {row.process_id: tuple(row)[1:] for row in reviews} == {
        large: ("workflow_review", 3, 2),
        unread: ("workflow_condition_failed", 0, 1),
    }


async def test_two_people_approve_before_it_goes_on(database: Database, acme: Tenancy) -> None:
    await published(database, acme, 2, BY_AMOUNT)
    process_id = await sent(database, acme, "5000")
    await work(database, acme, process_id)
    first = await decide(database, acme, process_id, Decision.APPROVE, by="user:1")
    second = await decide(database, acme, process_id, Decision.APPROVE, by="user:2")
    assert (first.status, second.status) == (ProcessStatus.HITL_REVIEW, ProcessStatus.VALIDATING)
    await work(database, acme, process_id)
    assert await steps(database, acme, process_id) == ["take", "read", "check", "look", "send"]


async def test_a_process_keeps_its_workflow_while_another_is_published(
    database: Database, acme: Tenancy
) -> None:
    await published(database, acme, 2, BY_AMOUNT)
    begun = await sent(database, acme, "5000")
    await work(database, acme, begun)
    await published(database, acme, 3, TWO_OUTPUTS)
    later = await sent(database, acme, "5000", version=3)
    await decide(database, acme, begun, Decision.SEND_BACK)
    await work(database, acme, begun, later)
    assert await steps(database, acme, begun) == ["take", "read", "check", "look", "read", "check", "look"]
    assert await steps(database, acme, later) == ["take", "read", "check", "archive", "erp"]


async def test_actions_of_steps_stand_apart_and_come_once_when_a_step_is_done_again(
    database: Database, acme: Tenancy
) -> None:
    await published(database, acme, 2, TWO_OUTPUTS)
    small, large = [await sent(database, acme, total) for total in ("10", "5000")]
    await work(database, acme, small, large)
    asked = "SELECT position FROM output_actions WHERE process_id = :p ORDER BY position"
    for process_id, places in ((small, [20, 21]), (large, [20, 21, 40])):
        assert [row.position for row in await rows(database, acme, asked, p=process_id)] == places
    await rows(
        database, acme, "UPDATE processes SET status = 'failed' WHERE process_id = :p RETURNING 1", p=large
    )
    await again(database, acme, large, from_step="archive")
    await work(database, acme, large)
    assert [row.position for row in await rows(database, acme, asked, p=large)] == [20, 21, 40]


async def again(database: Database, tenancy: Tenancy, process_id: UUID, **more: Any) -> Any:
    async with database.client(tenancy.client_id) as session:
        return await lifecycle.retry(
            session,
            client_id=tenancy.client_id,
            process_id=process_id,
            by="user:1",
            at=datetime.now(UTC),
            **more,
        )


async def test_a_failed_process_goes_again_from_any_step_it_was_at_with_what_was_found_before(
    database: Database, acme: Tenancy
) -> None:
    await published(database, acme, 2, BY_AMOUNT)
    process_id = await sent(database, acme, "10", fails=True)
    await work(database, acme, process_id)
    read = (await state(database, acme, process_id)).extraction_result
    changed = await again(database, acme, process_id, from_step="check")
    assert (changed.status, [stage for stage, _ in changed.hints]) == (
        ProcessStatus.VALIDATING,
        [Stage.INTELLIGENT_PROCESS],
    )
    assert (await state(database, acme, process_id)).extraction_result == read
    documents = "SELECT status FROM documents WHERE process_id = :p"
    await rows(
        database,
        acme,
        "UPDATE documents SET status = 'completed' WHERE process_id = :p RETURNING 1",
        p=process_id,
    )
    await work(database, acme, process_id)
    assert {row.status for row in await rows(database, acme, documents, p=process_id)} == {"completed"}
    await again(database, acme, process_id, from_step="read")
    assert {row.status for row in await rows(database, acme, documents, p=process_id)} == {"pending"}
    assert (await steps(database, acme, process_id))[-1] == "read"


@pytest.mark.parametrize(("name", "told"), [("nowhere", "no such step"), ("look", "has not been at")])
async def test_a_step_that_a_process_was_not_at_is_refused(
    database: Database, acme: Tenancy, name: str, told: str
) -> None:
    await published(database, acme, 2, BY_AMOUNT)
    process_id = await sent(database, acme, "10", fails=True)
    await work(database, acme, process_id)
    with pytest.raises(UserError, match=told):
        await again(database, acme, process_id, from_step=name)


async def test_what_a_step_says_stands_for_the_configuration_while_it_works(
    database: Database, acme: Tenancy
) -> None:
    written = {
        "steps": [
            step("take", "ingest"),
            step("read", "ocr", llm_policy={"order": ["offline"]}),
            step("check", "process", confidence_threshold=0.25),
            step("send", "output"),
        ]
    }
    await published(database, acme, 2, written)
    process_id = await sent(database, acme, "10")
    stages = toy_pipeline(intelligent_ocr=reading)
    async with open_worker(database, stages):
        await until_status(database, acme, [process_id], "completed", "failed")
    seen = {one.stage: one.seen[0].configuration for one in stages}
    configured = [seen[stage] for stage in Stage]
    assert all(configured)
    assert [(one.confidence_threshold, dict(one.llm_policy)) for one in configured if one] == [
        (0.8, {}),
        (0.8, {"order": ["offline"]}),
        (0.25, {}),
        (0.8, {}),
    ]
