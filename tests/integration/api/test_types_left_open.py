"""Submissions that name no type, and reviewers who give one."""

from typing import Any

import pytest
from docflow.db.database import Database
from docflow.domain.stages import Stage
from docflow.testing.factories import Tenancy, add_configuration, add_document, add_process, add_type
from sqlalchemy import text

from tests.integration.api.conftest import KeyFor, World, form
from tests.integration.engine.submitting import rows

Clients = tuple[Tenancy, Tenancy]
TYPED = ("process_type_id", "config_version")


def sent(tenancy: Tenancy, **more: Any) -> dict[str, Any]:
    given = form(tenancy, **more)
    if given["data"]["process_type_id"] is None:
        del given["data"]["process_type_id"]
    return given


@pytest.mark.parametrize("type_id", ["auto", None])
async def test_a_submission_may_leave_the_type_open(
    type_id: str | None, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    answer = await world.http.post(
        "/v1/processes", headers=await key_for(acme), **sent(acme, process_type_id=type_id)
    )
    assert answer.status_code == 202, answer.text
    assert [answer.json()[name] for name in TYPED] == [None, None]
    assert answer.json()["status"] == "pending"


async def test_auto_and_a_type_left_out_are_one_content(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme) | {"Idempotency-Key": "one"}
    first = await world.http.post("/v1/processes", headers=headers, **sent(acme, process_type_id="auto"))
    again = await world.http.post("/v1/processes", headers=headers, **sent(acme, process_type_id=None))
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["process_id"] == first.json()["process_id"]


async def held(database: Database, tenancy: Tenancy, **columns: Any) -> str:
    """A process that waits for a person at INTELLIGENT_OCR, with one document whose text is known."""
    open_type = {
        "process_type_id": None,
        "config_version": None,
        "status": "hitl_review",
        "current_stage": "INTELLIGENT_OCR",
    }
    process_id = await add_process(database, tenancy, **{**open_type, **columns})
    await add_document(
        database, tenancy.client_id, process_id, ocr_text="Mietvertrag Wohnung Vermieter", status="processing"
    )
    async with database.client(tenancy.client_id) as session:
        await session.execute(
            text(
                "INSERT INTO stage_runs (run_id, client_id, process_id, stage, step, status, finished_at)"
                " VALUES (gen_random_uuid(), :c, :p, :stage, 'intelligent_ocr', 'done', now())"
            ),
            {"c": tenancy.client_id, "p": process_id, "stage": Stage.INTELLIGENT_OCR.value},
        )
        await session.execute(
            text(
                "INSERT INTO reviews (review_id, client_id, process_id, stage, reasons) VALUES (gen_random_uuid(), :c,"
                " :p, 'INTELLIGENT_OCR', '[{\"code\": \"type_uncertain\"}]')"
            ),
            {"c": tenancy.client_id, "p": process_id},
        )
    return str(process_id)


async def decided(world: World, headers: dict[str, str], process_id: str, **body: Any) -> Any:
    return await world.http.post(f"/v1/reviews/{process_id}/decision", headers=headers, json=body)


async def test_a_reviewer_gives_the_type_and_the_process_is_read_as_it(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await held(database, acme)
    answer = await decided(
        world, await key_for(acme), process_id, decision="approve", process_type_id=acme.process_type_id
    )
    assert answer.status_code == 200, answer.text
    assert [answer.json()[name] for name in TYPED] == [acme.process_type_id, 1]
    (run,) = await rows(
        database,
        acme,
        "SELECT stage FROM stage_runs WHERE process_id = :p AND status = 'ready'",
        p=process_id,
    )
    assert run.stage == "INTELLIGENT_OCR"
    (review,) = await rows(database, acme, "SELECT status FROM reviews WHERE process_id = :p", p=process_id)
    assert review.status == "decided"


async def test_what_a_reviewer_said_is_learned_from_once(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await held(database, acme)
    await decided(
        world, await key_for(acme), process_id, decision="approve", process_type_id=acme.process_type_id
    )
    again = await held(database, acme)
    await decided(world, await key_for(acme), again, decision="approve", process_type_id=acme.process_type_id)
    (learned,) = await rows(database, acme, "SELECT documents, counts FROM type_words")
    assert learned.documents == 2
    assert sorted(set(learned.counts)) == [0, 2]
    assert sum(learned.counts) == 6


async def test_the_approval_of_a_classified_process_is_learned_from(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await held(
        database,
        acme,
        process_type_id=acme.process_type_id,
        config_version=1,
        classification_result={"source": "classified"},
    )
    answer = await decided(world, await key_for(acme), process_id, decision="approve")
    assert answer.status_code == 200, answer.text
    assert len(await rows(database, acme, "SELECT 1 FROM type_words")) == 1


REFUSED = {
    "no type": ({"decision": "approve"}, "process_type_required"),
    "unknown type": ({"decision": "approve", "process_type_id": "nothing"}, "process_type_unknown"),
    "rejected with a type": ({"decision": "reject", "process_type_id": "auto"}, "validation_failed"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_decision_without_a_usable_type_is_refused_and_changes_nothing(
    case: str, world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    process_id = await held(database, acme)
    body, code = REFUSED[case]
    answer = await decided(world, await key_for(acme), process_id, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    shown = await world.http.get(f"/v1/processes/{process_id}", headers=await key_for(acme))
    assert (shown.json()["status"], shown.json()["process_type_id"]) == ("hitl_review", None)


async def test_another_clients_type_and_inactive_ones_cannot_be_given(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    asleep = await add_type(database, f"{acme.slug}.asleep", client_id=acme.client_id, is_active=False)
    bare = await add_type(database, f"{acme.slug}.bare", client_id=acme.client_id)
    process_id = await held(database, acme)
    codes = [
        (
            await decided(world, await key_for(acme), process_id, decision="approve", process_type_id=type_id)
        ).json()["code"]
        for type_id in (globex.process_type_id, asleep, bare)
    ]
    assert codes == ["process_type_unknown", "process_type_inactive", "configuration_missing"]


async def test_a_process_may_be_given_another_type_and_its_workflow(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    steps = {"steps": [{"name": "read", "stage": "INTELLIGENT_OCR"}, {"name": "send", "stage": "OUTPUT"}]}
    lease = await add_type(database, f"{acme.slug}.lease", client_id=acme.client_id)
    await add_configuration(database, acme.client_id, lease, workflow=steps)
    process_id = await held(
        database,
        acme,
        process_type_id=acme.process_type_id,
        config_version=1,
        extraction_result={"fields": {}},
    )
    answer = await decided(
        world, await key_for(acme), process_id, decision="send_back", process_type_id=lease
    )
    assert answer.status_code == 200, answer.text
    (row,) = await rows(
        database,
        acme,
        "SELECT p.process_type_id, p.extraction_result, r.step FROM processes p JOIN stage_runs r USING (process_id)"
        " WHERE p.process_id = :p AND r.status = 'ready'",
        p=process_id,
    )
    assert tuple(row) == (lease, None, "read")
