"""Evaluation sets from approved documents, and reading them with one or two versions."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.db.outbox import OutboxRow
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.ids import new_id
from docflow.features.documents.models import Document
from docflow.features.erasures.service import Erasing, erase
from docflow.features.evaluations.models import Evaluation, EvaluationItem, EvaluationReading
from docflow.features.evaluations.queue import EvaluationWork, Lost, take
from docflow.testing.factories import Tenancy, add_document
from docflow_ocr.evaluations import MAX_BUGS
from sqlalchemy import select, text, update

from tests.integration.api.approving import approved
from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.evaluating import TRUE, Reader, a_set, begun, loop_of, prompt, read_all, shown
from tests.integration.api.tenants import code, draft

Clients = tuple[Tenancy, Tenancy]


@pytest.fixture
def reader(world: World) -> Reader:
    world.container.provider = Reader()
    return world.container.provider


async def process_of(database: Database, tenancy: Tenancy, document_id: UUID) -> UUID:
    async with database.client(tenancy.client_id) as session:
        found = await session.scalar(select(Document.process_id).where(Document.document_id == document_id))
    assert found is not None
    return found


async def test_a_set_takes_what_people_approved_with_the_final_values(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    headers = await key_for(acme)
    ours = await approved(database, acme, {**TRUE, "grand_total": None}, by_a_person=True)
    await approved(database, acme, TRUE)
    await approved(database, globex, TRUE, by_a_person=True)
    two = await approved(database, acme, TRUE, by_a_person=True)
    await add_document(database, acme.client_id, await process_of(database, acme, two), position=1)
    made = await world.http.post(
        "/v1/evaluation-sets",
        json={"name": "spring", "process_type_id": acme.process_type_id},
        headers=headers,
    )
    looked = await world.http.get(f"/v1/evaluation-sets/{made.json()['set_id']}", headers=headers)
    async with database.client(acme.client_id) as session:
        items = (await session.scalars(select(EvaluationItem))).all()
    assert [(one.document_id, one.expected) for one in items] == [
        (ours, {"invoice_number": "INV-4711", "grand_total": None})
    ]
    assert (made.status_code, made.json()["documents"]) == (201, 1)
    assert looked.json()["fields"] == {
        "grand_total": {"labelled": 0, "empty": 1},
        "invoice_number": {"labelled": 1, "empty": 0},
    }


async def test_filters_and_the_limit_choose_the_newest_that_fit(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    for _ in range(3):
        await approved(database, acme, TRUE)

    async def counted(**body: object) -> tuple[int, object]:
        answer = await world.http.post(
            "/v1/evaluation-sets",
            json={"name": "x", "process_type_id": acme.process_type_id, **body},
            headers=headers,
        )
        return answer.status_code, answer.json().get("documents", answer.json().get("code"))

    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert await counted() == (409, "evaluation_set_empty")
    assert await counted(with_unreviewed=True, limit=2) == (201, 2)
    assert await counted(with_unreviewed=True, config_version=1) == (201, 3)
    assert await counted(with_unreviewed=True, config_version=2) == (409, "evaluation_set_empty")
    assert await counted(with_unreviewed=True, created_after=later) == (409, "evaluation_set_empty")
    assert await counted(with_unreviewed=True, created_before=later) == (201, 3)
    assert await counted(created_before=1700000000) == (422, "validation_failed")


async def test_two_prompts_read_the_same_set_and_the_worse_one_is_told(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme, documents=5)
    good, bad = await prompt(world, headers, acme, 2), await prompt(world, headers, acme, 3)
    reader.wrong[UUID(bad)] = {"grand_total": "911.00", "invoice_number": None}
    evaluation_id = await begun(
        world, headers, set_id, candidate={"prompt_id": bad}, baseline={"prompt_id": good}
    )
    before = await shown(world, headers, evaluation_id)
    await read_all(world)
    after = await shown(world, headers, evaluation_id)
    assert (before["status"], before["done"], before["documents"]) == ("pending", 0, 5)
    assert (after["status"], after["done"], after["verdict"]) == ("completed", 5, "worse")
    ours, theirs = after["figures"]["candidate"], after["figures"]["baseline"]
    assert (ours["fields"]["grand_total"]["wrong"], ours["fields"]["invoice_number"]["missing"]) == (5, 5)
    assert (ours["overall"]["exact"], theirs["overall"]["exact"]) == (0.0, 1.0)
    assert after["figures"]["comparison"]["worse_fields"] == ["grand_total", "invoice_number"]
    assert theirs["models"] == {"scripted/one": 5}
    # Each document once by each side, and no kept answer.
    assert sorted((str(one.prompt_id), one.fresh) for one in reader.asked) == sorted(
        [(good, True)] * 5 + [(bad, True)] * 5
    )


async def test_a_draft_is_compared_with_what_is_in_force_where_nothing_else_is_said(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme)
    made = await draft(
        world,
        headers,
        acme.process_type_id,
        output_schema={"properties": {"grand_total": {"x-kind": "money"}}},
    )
    compared = await begun(world, headers, set_id, candidate={"config_id": made["config_id"]})
    alone = await begun(world, headers, set_id)
    await read_all(world)
    told = await shown(world, headers, compared)
    assert (told["candidate"]["version"], told["baseline"]["version"]) == (2, 1)
    assert list(told["figures"]["comparison"]["fields"]) == ["grand_total"]
    assert (told["verdict"], (await shown(world, headers, alone))["baseline"]) == ("passed", None)


async def test_what_is_read_survives_and_only_the_rest_is_read_again(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    evaluation_id = await begun(world, headers, await a_set(world, headers, acme, documents=5))
    stopping = asyncio.Event()
    stopping.set()
    await loop_of(world).run_next(stopping)
    halfway = await shown(world, headers, evaluation_id)
    await read_all(world)
    after = await shown(world, headers, evaluation_id)
    assert (halfway["status"], halfway["done"]) == ("running", 2)
    assert (after["status"], after["done"], len(reader.asked)) == ("completed", 5, 5)


async def test_a_worker_whose_hold_ran_out_writes_nothing(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    evaluation_id = await begun(world, headers, await a_set(world, headers, acme))
    loop, extract = loop_of(world), reader.extract

    async def taken_meanwhile(request: object) -> object:
        async with database.client(acme.client_id) as session:
            await session.execute(update(Evaluation).values(attempt=Evaluation.attempt + 1))
        return await extract(request)  # type: ignore[arg-type]

    reader.extract = taken_meanwhile  # type: ignore[assignment, method-assign]
    await loop.run_next(asyncio.Event())
    async with database.client(acme.client_id) as session:
        readings = (await session.scalars(select(EvaluationReading))).all()
    assert (readings, (await shown(world, headers, evaluation_id))["status"]) == ([], "running")


async def test_what_a_dead_worker_held_is_due_again_when_its_hold_is_over(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    evaluation_id = await begun(world, headers, await a_set(world, headers, acme))
    async with database.nobody() as session:
        (taken,) = await take(session, 1, hold_s=0.3)
    assert await loop_of(world).run_next(asyncio.Event()) is False
    async with database.client(acme.client_id) as session:
        await EvaluationWork(session, taken).hold(0.1)
    await asyncio.sleep(0.2)
    await read_all(world)
    told = await shown(world, headers, evaluation_id)
    assert (str(taken.evaluation_id), told["status"]) == (evaluation_id, "completed")
    async with database.client(acme.client_id) as session:
        with pytest.raises(Lost):
            await EvaluationWork(session, taken).row()


async def test_a_vendor_that_is_away_makes_it_wait_and_a_spent_budget_ends_it(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme)
    waiting = await begun(world, headers, set_id)
    reader.trouble = [TransientError("away", code="llm_unavailable", after_s=60)]
    await read_all(world)
    async with database.client(acme.client_id) as session:
        row = await session.get(Evaluation, UUID(waiting))
        assert row is not None
        assert (row.status, row.failures) == ("running", 1)
        assert row.available_at > datetime.now(UTC) + timedelta(seconds=30)
        row.available_at = datetime.now(UTC)
    await read_all(world)
    assert (await shown(world, headers, waiting))["status"] == "completed"

    reader.warnings = ("quota_exceeded",)
    ended = await begun(world, headers, set_id)
    await read_all(world)
    told = await shown(world, headers, ended)
    assert (told["status"], told["error_code"], told["figures"]) == ("failed", "quota_exceeded", None)


async def test_a_bug_is_tried_a_few_times_and_ends_it(
    world: World, reader: Reader, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    """Each time costs what the models take for it."""
    acme, _ = two_clients
    headers = await key_for(acme)
    evaluation_id = await begun(world, headers, await a_set(world, headers, acme, 1))
    for _ in range(MAX_BUGS + 1):
        reader.trouble = [KeyError("119.00")]
        await read_all(world)
        async with database.client(acme.client_id) as session:
            await session.execute(text("UPDATE evaluations SET available_at = now() - interval '1 s'"))
    ended = await shown(world, headers, evaluation_id)
    assert (ended["status"], ended["error_code"]) == ("failed", "internal_error")
    assert len(reader.asked) == MAX_BUGS


async def test_a_document_that_cannot_be_read_counts_as_missing_everything(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    evaluation_id = await begun(world, headers, await a_set(world, headers, acme))
    reader.trouble = [PermanentError("no answer", code="llm_refused")]
    await read_all(world)
    figures = (await shown(world, headers, evaluation_id))["figures"]["candidate"]
    assert (figures["refused"], figures["overall"]["missing"], figures["overall"]["right"]) == (
        {"llm_refused": 1}, 2, 4,
    )  # fmt: skip


async def test_a_draft_that_changes_meanwhile_ends_its_evaluation(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme)
    made = await draft(world, headers, acme.process_type_id)
    evaluation_id = await begun(world, headers, set_id, candidate={"config_id": made["config_id"]})
    await world.http.patch(
        f"/v1/configurations/{made['config_id']}",
        json={"confidence_threshold": 0.5},
        headers={**headers, "If-Match": '"1"'},
    )
    await read_all(world)
    told = await shown(world, headers, evaluation_id)
    assert (told["status"], told["error_code"]) == ("failed", "draft_changed")


async def test_erasing_a_process_takes_its_document_out_of_sets_and_evaluations(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme)
    evaluation_id = await begun(world, headers, set_id)
    await read_all(world)
    async with database.client(acme.client_id) as session:
        document_id = await session.scalar(select(EvaluationItem.document_id).limit(1))
    assert document_id is not None
    process_id = await process_of(database, acme, document_id)
    async with database.client(acme.client_id) as session:
        await erase(session, Erasing(acme.client_id, "test", datetime.now(UTC)), process_id)
    looked = (await world.http.get(f"/v1/evaluation-sets/{set_id}", headers=headers)).json()
    assert (looked["documents"], (await shown(world, headers, evaluation_id))["done"]) == (2, 2)


async def test_nothing_that_was_read_stands_in_readings_figures_or_audit(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    evaluation_id = await begun(world, headers, await a_set(world, headers, acme))
    await read_all(world)
    async with database.client(acme.client_id) as session:
        readings = (await session.scalars(select(EvaluationReading.outcomes))).all()
        audit = (
            await session.scalars(select(OutboxRow.payload).where(OutboxRow.client_id == acme.client_id))
        ).all()
    kept = f"{readings} {audit} {await shown(world, headers, evaluation_id)}"
    assert "evaluation_completed" in kept
    assert not [value for value in TRUE.values() if value in kept]


async def test_another_clients_set_evaluation_and_versions_do_not_exist(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, globex = two_clients
    ours, theirs = await key_for(acme), await key_for(globex)
    set_id = await a_set(world, ours, acme)
    evaluation_id = await begun(world, ours, set_id)
    own_set = await a_set(world, theirs, globex)
    answers = [
        await world.http.get(f"/v1/evaluation-sets/{set_id}", headers=theirs),
        await world.http.delete(f"/v1/evaluation-sets/{set_id}", headers=theirs),
        await world.http.get(f"/v1/evaluations/{evaluation_id}", headers=theirs),
        await world.http.post("/v1/evaluations", json={"set_id": set_id}, headers=theirs),
        await world.http.post(
            "/v1/evaluations",
            json={"set_id": own_set, "candidate": {"config_id": str(acme.config_id)}},
            headers=theirs,
        ),
        await world.http.post(
            "/v1/evaluations",
            json={"set_id": own_set, "candidate": {"prompt_id": str(new_id())}},
            headers=theirs,
        ),
    ]
    assert {code(answer) for answer in answers} == {(404, "not_found")}
    listed = (await world.http.get("/v1/evaluations", headers=theirs)).json()["data"]
    assert listed == []


async def test_a_deleted_set_takes_its_evaluations_with_it_even_while_they_wait(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme)
    evaluation_id = await begun(world, headers, set_id)
    gone = await world.http.delete(f"/v1/evaluation-sets/{set_id}", headers=headers)
    await read_all(world)
    answer = await world.http.get(f"/v1/evaluations/{evaluation_id}", headers=headers)
    assert (gone.status_code, answer.status_code, reader.asked) == (204, 404, [])
