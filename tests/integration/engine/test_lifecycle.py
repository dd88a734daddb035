"""What people do to a process, against the database."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.correcting import Given, put_right, typed_by
from docflow.domain.errors import Conflict, NotFound, PermanentError, PreconditionFailed
from docflow.domain.judging import Judged
from docflow.domain.outcomes import Advance, Fail, HoldForReview, Reason
from docflow.domain.paging import PageRequest
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.transition import Decision
from docflow.features.reviews.saving import Correction
from docflow.features.stage_runs import lifecycle, repository
from docflow.features.stage_runs.changed import Changed
from docflow.features.stage_runs.dead import DeadFilter, DeadRuns
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import OUTPUT_SCHEMA, Tenancy, add_configuration

from tests.integration.engine.claiming import claim, finish, new_worker
from tests.integration.engine.submitting import rows, state, submit

FIELDS = {
    "fields": {
        "grand_total": {
            "value": "11.90",
            "confidence": 0.4,
            "page": 1,
            "box": [0.1, 0.2, 0.3, 0.4],
            "source": "ocr",
            "text": "11,9O",
            "checks": [{"code": "sum", "ok": False, "message": ""}],
        }
    }
}


async def reach(database: Database, tenancy: Tenancy, *outcomes: object, version: int = 1) -> UUID:
    """A process whose stages had these outcomes, under that version of its configuration."""
    (process_id,) = await submit(database, tenancy, config_version=version)
    worker = await new_worker(database)
    for outcome in outcomes:
        mine = [run for run in await claim(database, worker) if run.process_id == process_id]
        await finish(database, worker, mine[0], outcome)  # type: ignore[arg-type]
    return process_id


#: A second check, after which nothing is sent anywhere.
CHECKED_TWICE = {
    "steps": [
        {"name": "intake", "stage": "INGEST"},
        {"name": "read", "stage": "INTELLIGENT_OCR"},
        {"name": "check", "stage": "INTELLIGENT_PROCESS"},
        {"name": "check_again", "stage": "INTELLIGENT_PROCESS"},
    ]
}
HOLD = HoldForReview((Reason("confidence_low", "grand_total"),))


async def checked_twice(database: Database, tenancy: Tenancy, *outcomes: object) -> UUID:
    await add_configuration(
        database, tenancy.client_id, tenancy.process_type_id, version=2, workflow=CHECKED_TWICE
    )
    return await reach(database, tenancy, *outcomes, version=2)


async def steps(database: Database, tenancy: Tenancy, process_id: UUID) -> list[str]:
    """The steps of all runs so far, in their order."""
    runs = await rows(
        database,
        tenancy,
        "SELECT step FROM stage_runs WHERE process_id = :p ORDER BY created_at, run_id",
        p=process_id,
    )
    return [run.step for run in runs]


async def held(database: Database, tenancy: Tenancy) -> UUID:
    return await reach(
        database,
        tenancy,
        Advance(),
        Advance({"extraction_result": FIELDS}),
        HOLD,
    )


async def decide(
    database: Database, tenancy: Tenancy, process_id: UUID, decision: Decision, **more: object
) -> Changed:
    async with database.client(tenancy.client_id) as session:
        return await lifecycle.decide(
            session,
            client_id=tenancy.client_id,
            process_id=process_id,
            decision=decision,
            at=datetime.now(UTC),
            **{"by": "user:1", **more},  # type: ignore[arg-type]
        )


async def cancel(database: Database, tenancy: Tenancy, process_id: UUID) -> Changed:
    async with database.client(tenancy.client_id) as session:
        return await lifecycle.cancel(
            session,
            client_id=tenancy.client_id,
            process_id=process_id,
            by="user:1",
            at=datetime.now(UTC),
            reason="sent twice",
        )


async def retry(
    database: Database, tenancy: Tenancy, process_id: UUID, stage: Stage | None = None
) -> Changed:
    async with database.client(tenancy.client_id) as session:
        return await lifecycle.retry(
            session,
            client_id=tenancy.client_id,
            process_id=process_id,
            by="user:1",
            at=datetime.now(UTC),
            from_stage=stage,
        )


@pytest.fixture
def acme(two_clients: tuple[Tenancy, Tenancy]) -> Tenancy:
    return two_clients[0]


async def test_a_held_process_shows_why_and_opens_a_review(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    process = await state(database, acme, process_id)
    reviews = await rows(database, acme, "SELECT * FROM reviews WHERE process_id = :p", p=process_id)
    reasons = [{"code": "confidence_low", "field": "grand_total", "message": ""}]
    assert (process.status, process.requires_review, process.review_reasons) == ("hitl_review", True, reasons)
    assert [(each.status, each.reasons) for each in reviews] == [("open", reasons)]


async def test_an_approved_process_goes_on_to_output(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    changed = await decide(database, acme, process_id, Decision.APPROVE, user_id=acme.admin_id)
    process = await state(database, acme, process_id)
    assert (changed.status, [stage for stage, _ in changed.hints]) == (
        ProcessStatus.VALIDATING,
        [Stage.OUTPUT],
    )
    assert (process.requires_review, process.reviewed_by, process.version) == (
        False,
        acme.admin_id,
        changed.version,
    )


def correction(version: int, right: Mapping[str, str]) -> Correction:
    typed = typed_by(OUTPUT_SCHEMA, Given(right), FIELDS)
    result, changes = put_right(FIELDS, OUTPUT_SCHEMA, typed, {})
    judged = Judged((), {"extraction_result": result, "validation_result": {"ok": True, "findings": []}})
    return Correction(version, typed.names, changes, judged, 1.0)


async def test_a_correction_becomes_the_persons_own_and_is_kept(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    version = (await state(database, acme, process_id)).version
    right = correction(version, {"grand_total": "11.99", "invoice_number": "R-1"})
    await decide(database, acme, process_id, Decision.APPROVE, correction=right)
    fields = (await state(database, acme, process_id)).extraction_result["fields"]
    kept = await rows(
        database, acme, "SELECT * FROM field_corrections WHERE process_id = :p ORDER BY field", p=process_id
    )
    total = fields["grand_total"]
    assert (total["value"], total["confidence"], total["source"], total["page"]) == ("11.99", 1.0, "human", 1)
    assert fields["invoice_number"]["value"] == "R-1"
    assert [(each.field, (each.before or {}).get("value"), each.after["value"]) for each in kept] == [
        ("grand_total", "11.90", "11.99"),
        ("invoice_number", None, "R-1"),
    ]


async def test_a_correction_of_what_has_changed_is_refused(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    right = correction(1, {"grand_total": "11.99"})
    with pytest.raises(PreconditionFailed):
        await decide(database, acme, process_id, Decision.APPROVE, correction=right)


async def test_a_rejected_process_is_cancelled_with_the_reason(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    await decide(database, acme, process_id, Decision.REJECT, reason="not ours")
    process = await state(database, acme, process_id)
    assert (process.status, process.error_code, process.error_message) == (
        "cancelled",
        "rejected",
        "not ours",
    )


async def test_a_process_sent_back_has_its_documents_read_anew(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    await rows(
        database,
        acme,
        "UPDATE documents SET status = 'completed' WHERE process_id = :p RETURNING 1",
        p=process_id,
    )
    changed = await decide(database, acme, process_id, Decision.SEND_BACK)
    documents = await rows(database, acme, "SELECT status FROM documents WHERE process_id = :p", p=process_id)
    assert [stage for stage, _ in changed.hints] == [Stage.INTELLIGENT_OCR]
    assert [each.status for each in documents] == ["pending"]


async def test_of_many_who_decide_at_once_one_wins(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    decisions = [Decision.APPROVE, Decision.REJECT] * 5
    answers = await asyncio.gather(
        *(decide(database, acme, process_id, decision) for decision in decisions), return_exceptions=True
    )
    assert sum(isinstance(answer, Changed) for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 9


async def test_a_decision_waits_while_somebody_else_holds_the_lease(
    database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme)
    await rows(
        database,
        acme,
        "UPDATE reviews SET claimed_by = :u, lease_until = :t WHERE process_id = :p RETURNING 1",
        u=acme.admin_id,
        t=datetime.now(UTC) + timedelta(minutes=15),
        p=process_id,
    )
    with pytest.raises(Conflict):
        await decide(database, acme, process_id, Decision.APPROVE)
    assert (await decide(database, acme, process_id, Decision.APPROVE, user_id=acme.admin_id)).hints


async def test_a_second_approval_must_come_from_a_second_person(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    await rows(
        database,
        acme,
        "UPDATE reviews SET approvals_required = 2 WHERE process_id = :p RETURNING 1",
        p=process_id,
    )
    first = await decide(database, acme, process_id, Decision.APPROVE)
    with pytest.raises(Conflict):
        await decide(database, acme, process_id, Decision.APPROVE)
    second = await decide(database, acme, process_id, Decision.APPROVE, by="user:2")
    assert (first.status, second.status) == (ProcessStatus.HITL_REVIEW, ProcessStatus.VALIDATING)


async def test_a_stale_version_is_refused(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    with pytest.raises(PreconditionFailed):
        await decide(database, acme, process_id, Decision.APPROVE, expected_version=1)


async def test_another_clients_process_is_not_found(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, globex = two_clients
    process_id = await held(database, acme)
    with pytest.raises(NotFound):
        await decide(database, globex, process_id, Decision.APPROVE)


async def test_a_worker_loses_a_cancelled_process(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    worker = await new_worker(database)
    (run,) = [run for run in await claim(database, worker) if run.process_id == process_id]
    await cancel(database, acme, process_id)
    async with database.client(acme.client_id) as session:
        assert not await repository.is_ours(session, run, worker)
    assert (await state(database, acme, process_id)).status == "cancelled"


async def test_cancelling_and_finishing_at_once_leave_one_truth(database: Database, acme: Tenancy) -> None:
    for _ in range(5):
        process_id = await reach(database, acme, Advance(), Advance(), Advance())
        worker = await new_worker(database)
        (run,) = [run for run in await claim(database, worker) if run.process_id == process_id]
        finished, cancelled = await asyncio.gather(
            finish(database, worker, run), cancel(database, acme, process_id), return_exceptions=True
        )
        status = (await state(database, acme, process_id)).status
        if status == "completed":
            assert finished is not None
            assert isinstance(cancelled, Conflict)
        else:
            assert (status, isinstance(cancelled, Changed)) == ("cancelled", True)


async def test_a_failed_process_goes_again_where_it_stopped(database: Database, acme: Tenancy) -> None:
    process_id = await reach(database, acme, Advance(), Fail("file_corrupt", "it ends early"))
    changed = await retry(database, acme, process_id)
    process = await state(database, acme, process_id)
    assert (process.status, process.error_code, process.completed_at) == ("ingested", None, None)
    assert [stage for stage, _ in changed.hints] == [Stage.INTELLIGENT_OCR]


async def test_what_runs_cannot_be_tried_again(database: Database, acme: Tenancy) -> None:
    (process_id,) = await submit(database, acme)
    with pytest.raises(Conflict):
        await retry(database, acme, process_id)


async def test_an_approval_goes_on_behind_the_step_of_the_configurations_own_workflow(
    database: Database, acme: Tenancy
) -> None:
    process_id = await checked_twice(database, acme, Advance(), Advance(), HOLD)
    await decide(database, acme, process_id, Decision.APPROVE)
    assert await steps(database, acme, process_id) == ["intake", "read", "check", "check_again"]


async def test_an_approval_of_the_last_step_completes_the_process(database: Database, acme: Tenancy) -> None:
    process_id = await checked_twice(database, acme, Advance(), Advance(), Advance(), HOLD)
    changed = await decide(database, acme, process_id, Decision.APPROVE)
    assert (changed.status, changed.hints) == (ProcessStatus.COMPLETED, ())


async def test_sending_back_takes_the_workflows_own_step(database: Database, acme: Tenancy) -> None:
    process_id = await checked_twice(database, acme, Advance(), Advance(), HOLD)
    await decide(database, acme, process_id, Decision.SEND_BACK)
    assert (await steps(database, acme, process_id))[-1] == "read"


@pytest.mark.parametrize(("stage", "step"), [(None, "check_again"), (Stage.INTELLIGENT_PROCESS, "check")])
async def test_a_retry_takes_the_step_that_stopped_or_the_first_of_the_stage_asked_for(
    database: Database, acme: Tenancy, stage: Stage | None, step: str
) -> None:
    process_id = await checked_twice(database, acme, Advance(), Advance(), Advance(), Fail("rule_broken"))
    await retry(database, acme, process_id, stage)
    assert (await steps(database, acme, process_id))[-1] == step


async def test_a_process_whose_workflow_cannot_be_read_can_be_cancelled_but_not_decided(
    database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme)
    nameless = {"steps": [{"stage": "OUTPUT"}]}
    await add_configuration(database, acme.client_id, acme.process_type_id, version=2, workflow=nameless)
    await rows(
        database,
        acme,
        "UPDATE processes SET config_version = 2 WHERE process_id = :p RETURNING 1",
        p=process_id,
    )
    with pytest.raises(PermanentError) as refused:
        await decide(database, acme, process_id, Decision.APPROVE)
    assert refused.value.code == "workflow_invalid"
    assert (await cancel(database, acme, process_id)).status is ProcessStatus.CANCELLED


async def test_a_dead_run_is_listed_until_it_is_dropped(database: Database, acme: Tenancy) -> None:
    process_id = await reach(database, acme, Fail("file_corrupt"))

    async def listed() -> list[str | None]:
        chosen = DeadFilter(process_id=process_id)
        found = await DeadRuns(database, None).page(chosen, PageRequest(10))
        return [each.error_code for each in found.rows]

    assert await listed() == ["file_corrupt"]
    async with database.client(acme.client_id) as session:
        await lifecycle.drop_dead(
            session, client_id=acme.client_id, process_id=process_id, by="user:1", at=datetime.now(UTC)
        )
    assert await listed() == []


async def test_acts_are_audited_without_a_run(database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    await decide(database, acme, process_id, Decision.REJECT)
    (told,) = await rows(
        database,
        acme,
        "SELECT payload FROM outbox WHERE topic = 'audit.act' AND payload ->> 'process_id' = :p",
        p=str(process_id),
    )
    data = told.payload["data"]
    assert (data["payload"], data.get("run_id")) == ({"action": "rejected", "by": "user:1"}, None)


async def test_look_ups_stay_with_their_client_where_no_row_level_security_does(
    database: Database, database_urls: DatabaseUrls, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    ours, theirs = (each.client_id for each in two_clients)
    (process_id,) = await submit(database, two_clients[0])
    async with (
        aclosing(Database(database_urls.admin, pool_size=1)) as superuser,
        superuser.nobody() as all_of_them,
    ):
        for look in (repository.latest_run, repository.steps_of, repository.documents_of):
            assert await look(all_of_them, ours, process_id)
            assert not await look(all_of_them, theirs, process_id)
