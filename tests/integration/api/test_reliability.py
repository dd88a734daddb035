"""What reviewers kept and changed becomes figures, thresholds and fits of their own client."""

from typing import Any
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.confidence import Evidence, Weighed, field_confidence
from docflow.features.calibration.models import CalibrationRow
from docflow.features.calibration.periodic import calibrate, calibrate_client
from docflow.features.calibration.store import Calibrations
from docflow.features.processes.models import Process
from docflow.features.reviews.models import FieldCorrection, Review
from docflow.testing.factories import Tenancy
from docflow.testing.workbench import ThreadWorkbench
from sqlalchemy import select, text

from tests.integration.api.conftest import KeyFor, World

Clients = tuple[Tenancy, Tenancy]


def read(value: str, *, labelled: bool) -> dict[str, Any]:
    evidence = Evidence(grounding=1.0, weakest_word=0.97, label=float(labelled))
    return {
        "value": value,
        "confidence": round(field_confidence(evidence), 4),
        "page": 1,
        "box": None,
        "source": "ocr",
        "text": value,
        "checks": [],
        "evidence": Weighed(evidence, "money").as_json(),
    }


async def reviewed(database: Database, tenancy: Tenancy, count: int, *, blind: int = 0) -> None:
    """Approved reviews: what had its label was kept, each other one was changed; every tenth of each was otherwise."""
    async with database.client(tenancy.client_id) as session:
        for number in range(count):
            labelled, odd = number % 2 == 0, number % 10 in (4, 5)
            before = read("10.00", labelled=labelled)
            is_kept = labelled is not odd
            after = before if is_kept else {**before, "value": "12.00", "source": "human", "confidence": 1.0}
            process = Process(
                client_id=tenancy.client_id,
                process_type_id=tenancy.process_type_id,
                config_version=1,
                status="completed",
                current_stage="OUTPUT",
                extraction_result={"fields": {"grand_total": after}, "tables": {}, "documents": []},
            )
            session.add(process)
            await session.flush()
            session.add(
                Review(
                    client_id=tenancy.client_id,
                    process_id=process.process_id,
                    stage="INTELLIGENT_PROCESS",
                    status="decided",
                    decision="approve",
                    is_blind_sample=number < blind,
                    decided_at=await session.scalar(select(text("now()"))),
                )
            )
            if not is_kept:
                session.add(
                    FieldCorrection(
                        client_id=tenancy.client_id,
                        process_id=process.process_id,
                        field="grand_total",
                        before=before,
                        after=after,
                        corrected_by="user:1",
                    )
                )


async def asked(world: World, key: dict[str, str], config_id: UUID, **query: str) -> Any:
    answer = await world.http.get(f"/v1/configurations/{config_id}/reliability", headers=key, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_reliability_is_told_of_what_people_decided(
    world: World, database: Database, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    await reviewed(database, acme, 60)
    key = await key_for(acme, Scope.CONFIG_WRITE)
    told = await asked(world, key, acme.config_id, target="0.98")
    (field,) = told["fields"]
    assert (field["field"], field["kind"], field["labels"]) == ("grand_total", "money", 60)
    assert field["auroc"] == pytest.approx(0.8, abs=0.03)
    assert field["calibrations"] == []
    assert field["proposal"]["support"] == "not_enough_labels"
    assert told["overall"]["labels"] == 60


async def test_another_clients_labels_are_not_told_and_never_move_a_confidence(
    world: World, database: Database, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, globex = two_clients
    await reviewed(database, acme, 200)
    assert await calibrate_client(database, ThreadWorkbench(), acme.client_id) == 3
    key = await key_for(globex, Scope.CONFIG_WRITE)
    told = await asked(world, key, globex.config_id)
    assert (told["overall"], told["fields"]) == (None, [])
    answer = await world.http.get(f"/v1/configurations/{acme.config_id}/reliability", headers=key)
    assert answer.status_code == 404
    theirs = await Calibrations(database).of(globex.client_id, acme.process_type_id, 1)
    assert theirs.fit_for("grand_total", "money") is None


async def test_reviews_become_fits_once_and_only_new_ones_do_again(
    database: Database, two_clients: Clients
) -> None:
    acme, _ = two_clients
    await reviewed(database, acme, 200)
    await calibrate(database, ThreadWorkbench())
    assert await calibrate(database, ThreadWorkbench()) == 0
    async with database.client(acme.client_id) as session:
        rows = (await session.scalars(select(CalibrationRow).order_by(CalibrationRow.scope))).all()
    assert [(row.version, row.is_active, row.labels) for row in rows] == [(1, True, 200)] * 3
    held_out, before = rows[0].figures["held_out"], rows[0].figures["before"]
    assert held_out["brier"] < before["brier"]
    learned = await Calibrations(database).of(acme.client_id, acme.process_type_id, 1)
    fitted = learned.fit_for("grand_total", "money")
    assert fitted is not None
    doubtful = Evidence(grounding=1.0, weakest_word=0.97, label=0.0)
    assert field_confidence(doubtful, fitted) < field_confidence(doubtful)


async def test_a_blind_sample_counts_for_all_that_passed_unseen(
    world: World, database: Database, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    await reviewed(database, acme, 20, blind=1)
    told = await asked(world, await key_for(acme, Scope.CONFIG_WRITE), acme.config_id)
    assert told["overall"]["right"] == pytest.approx((1 / 0.03 + 9) / (1 / 0.03 + 19), abs=0.001)
