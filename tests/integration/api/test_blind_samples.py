"""Some of what nobody looked at is looked at afterwards, and stays as it was."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.confidence import Evidence, Weighed
from docflow.domain.outcomes import Advance, HoldForReview, Reason
from docflow.domain.transition import Decision
from docflow.features.calibration.labels import labels_of
from docflow.features.stage_runs import lifecycle
from docflow.testing.factories import Tenancy, add_configuration
from sqlalchemy import text

from tests.integration.api.conftest import World
from tests.integration.api.desks import desk
from tests.integration.api.test_reviewing import Desk
from tests.integration.engine.claiming import claim, finish, new_worker
from tests.integration.engine.submitting import rows, submit

SURE = Weighed(Evidence(grounding=1.0, weakest_word=0.97, label=1.0), "money").as_json()
READ: dict[str, Any] = {
    "fields": {
        name: {
            "value": value,
            "confidence": 0.97,
            "page": 1,
            "box": [0.1, 0.1, 0.2, 0.2],
            "source": "ocr",
            "text": value,
            "checks": [],
            "evidence": SURE,
        }
        for name, value in (("invoice_number", "R-1"), ("grand_total", "10.00"))
    },
    "tables": {},
    "documents": [],
}
THROUGH = (
    Advance(),
    Advance({"extraction_result": READ}),
    Advance(),
    Advance({"final_output": {**READ, "data": {}}}),
)
EVERYTHING = (
    "SELECT p.*, (SELECT count(*) FROM stage_runs r WHERE r.process_id = p.process_id) AS runs,"
    " (SELECT count(*) FROM notifications n WHERE n.process_id = p.process_id) AS notices,"
    " (SELECT count(*) FROM outbox o WHERE o.topic LIKE 'process.%' AND o.payload ->> 'process_id' = :p) AS events"
    " FROM processes p WHERE p.process_id = CAST(:p AS uuid)"
)


@pytest.fixture
def acme(two_clients: tuple[Tenancy, Tenancy]) -> Tenancy:
    return two_clients[0]


async def went_through(database: Database, tenancy: Tenancy, share: str, **columns: Any) -> str:
    version = int(Decimal(share) * 10) + 2
    await add_configuration(
        database,
        tenancy.client_id,
        tenancy.process_type_id,
        version=version,
        review_sample_share=Decimal(share),
        **columns,
    )
    (process_id,) = await submit(database, tenancy, config_version=version)
    await carry(database, process_id, *THROUGH)
    return str(process_id)


async def carry(database: Database, process_id: UUID, *outcomes: Any) -> None:
    worker = await new_worker(database)
    for outcome in outcomes:
        mine = [run for run in await claim(database, worker) if run.process_id == process_id]
        await finish(database, worker, mine[0], outcome)


async def samples(database: Database, tenancy: Tenancy) -> list[Any]:
    return await rows(database, tenancy, "SELECT * FROM reviews WHERE is_blind_sample")


async def test_the_share_of_the_configuration_is_sampled_at_completion(
    database: Database, acme: Tenancy
) -> None:
    await went_through(database, acme, "0")
    assert await samples(database, acme) == []
    process_id = await went_through(database, acme, "1")
    (sample,) = await samples(database, acme)
    assert (str(sample.process_id), sample.status, sample.sample_share) == (process_id, "open", 1)


async def test_nothing_is_sampled_where_nobody_reviews(database: Database, acme: Tenancy) -> None:
    await went_through(database, acme, "1", enable_hitl=False)
    assert await samples(database, acme) == []


async def test_what_a_person_has_seen_is_not_sampled(database: Database, acme: Tenancy, world: World) -> None:
    await add_configuration(
        database, acme.client_id, acme.process_type_id, version=9, review_sample_share=Decimal(1)
    )
    (process_id,) = await submit(database, acme, config_version=9)
    await carry(database, process_id, *THROUGH[:2], HoldForReview((Reason("confidence_low", "x"),)))
    async with database.client(acme.client_id) as session:
        await lifecycle.decide(
            session,
            client_id=acme.client_id,
            process_id=process_id,
            decision=Decision.APPROVE,
            by="user:1",
            at=world.container.clock.now(),
        )
    await carry(database, process_id, THROUGH[3])
    assert await samples(database, acme) == []


async def test_a_sample_shows_no_confidence_and_changes_nothing(
    database: Database, acme: Tenancy, world: World
) -> None:
    process_id = await went_through(database, acme, "1")
    ann = Desk(world, await desk(world, database, acme))
    before = await rows(database, acme, EVERYTHING, p=process_id)

    assert (await ann.get(""))["data"] == []
    assert (await ann.get("/summary"))["samples"] == 1
    (listed,) = (await ann.get("", sample=True))["data"]
    shown = await ann.get(f"/{process_id}")
    assert listed["process"]["overall_confidence"] is None
    assert shown["is_sample"] is True
    assert shown["result"]["fields"]["grand_total"] == {
        "value": "10.00",
        "page": 1,
        "box": [0.1, 0.1, 0.2, 0.2],
        "source": "ocr",
    }
    assert "0.97" not in str(shown)

    assert (await ann.send("POST", f"{process_id}/claim")).status_code == 200
    assert (await ann.send("POST", f"{process_id}/notes", {"text": "hm"})).status_code == 201
    assert (await ann.decide(process_id, "reject")).status_code == 422
    assert (await ann.correct(process_id, 1, fields={"grand_total": "1"})).status_code == 409
    decided = await ann.decide(process_id, corrections={"grand_total": "11"})
    assert (decided.status_code, decided.json()["status"]) == (200, "completed")
    assert (await ann.decide(process_id)).status_code == 409

    assert await rows(database, acme, EVERYTHING, p=process_id) == before
    (sample,) = await samples(database, acme)
    assert (sample.status, sample.decision) == ("decided", "approve")


async def test_what_was_kept_and_edited_blind_weighs_as_much_as_what_it_stands_for(
    database: Database, acme: Tenancy, world: World
) -> None:
    process_id = await went_through(database, acme, "0.5")
    async with database.client(acme.client_id) as session:
        # Half of all ids are chosen; this one has to be.
        await session.execute(text("DELETE FROM reviews"))
        await session.execute(
            text(
                "INSERT INTO reviews (review_id, client_id, process_id, stage, is_blind_sample, sample_share)"
                " VALUES (gen_random_uuid(), :c, CAST(:p AS uuid), 'OUTPUT', true, 0.5)"
            ),
            {"c": acme.client_id, "p": process_id},
        )
    ann = Desk(world, await desk(world, database, acme))
    await ann.decide(process_id, corrections={"grand_total": "11"})
    async with database.client(acme.client_id) as session:
        labels = await labels_of(session, acme.client_id)
    assert {(one.path, one.is_right, one.confidence, one.weight) for one in labels} == {
        ("grand_total", False, 0.97, 2.0),
        ("invoice_number", True, 0.97, 2.0),
    }
