"""What failed for good: seen, run again and dropped by those who look after it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.stages import Stage
from docflow.testing.factories import Tenancy, add_dead_run

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.tenants import code, platform
from tests.integration.api.test_sessions import acts

Clients = tuple[Tenancy, Tenancy]
__all__ = ["platform"]
AT = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


async def listed(world: World, headers: dict[str, str], query: str = "") -> list[dict[str, Any]]:
    answer = await world.http.get(f"/v1/dead-runs{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def test_a_dead_run_is_listed_with_what_went_wrong(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    run_id = await add_dead_run(database, acme, finished_at=AT)
    (row,) = await listed(world, await key_for(acme))
    assert (row["run_id"], row["client_id"], row["stage"]) == (
        str(run_id),
        str(acme.client_id),
        "INTELLIGENT_OCR",
    )
    assert row["external_id"] == f"of {run_id}"
    assert row["error"] == {"code": "file_corrupt", "message": "it ends early"}
    assert (row["attempts"], row["failures"], row["losses"]) == (3, 3, 0)
    assert row["finished_at"] == "2026-11-30T08:00:00Z"
    assert await listed(world, await key_for(globex)) == []


async def test_pages_follow_one_another_also_within_one_moment(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    made = {str(await add_dead_run(database, acme, finished_at=AT)) for _ in range(3)}
    last = str(await add_dead_run(database, acme, finished_at=AT - timedelta(days=1)))
    first = (await world.http.get("/v1/dead-runs?limit=2", headers=headers)).json()
    second = (
        await world.http.get("/v1/dead-runs", params={"cursor": first["next_cursor"]}, headers=headers)
    ).json()
    seen = [row["run_id"] for row in (*first["data"], *second["data"])]
    assert (len(first["data"]), second["has_more"]) == (2, False)
    assert (set(seen[:3]), seen[3]) == (made, last)


async def test_a_stage_and_a_code_narrow_the_list(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    late = str(await add_dead_run(database, acme, stage=Stage.OUTPUT, error_code="timed_out"))
    early = str(await add_dead_run(database, acme))
    found = {
        query: [row["run_id"] for row in await listed(world, headers, query)]
        for query in ("?stage=OUTPUT", "?error_code=file_corrupt", "?stage=OUTPUT&error_code=file_corrupt")
    }
    assert list(found.values()) == [[late], [early], []]
    refused = await world.http.get("/v1/dead-runs?stage=NOWHERE", headers=headers)
    assert code(refused) == (422, "validation_failed")


async def test_a_replayed_run_goes_on_and_is_listed_no_more(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    run_id = await add_dead_run(database, acme)
    answer = await world.http.post(f"/v1/dead-runs/{run_id}/replay", headers=headers)
    assert answer.status_code == 202, answer.text
    process = (await world.http.get(f"/v1/processes/{answer.json()['process_id']}", headers=headers)).json()
    assert process["status"] == answer.json()["status"] != "failed"
    assert process["current_stage"] == answer.json()["current_stage"] == "INTELLIGENT_OCR"
    assert await listed(world, headers) == []
    again = await world.http.post(f"/v1/dead-runs/{run_id}/replay", headers=headers)
    assert code(again) == (404, "not_found")
    assert [row.action for row in await acts(database, acme)] == ["retried"]


async def test_a_dropped_run_is_listed_no_more_and_its_process_stays_failed(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    run_id = await add_dead_run(database, acme)
    (row,) = await listed(world, headers)
    answer = await world.http.post(f"/v1/dead-runs/{run_id}/drop", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert await listed(world, headers) == []
    process = (await world.http.get(f"/v1/processes/{row['process_id']}", headers=headers)).json()
    assert process["status"] == "failed"
    assert [row.action for row in await acts(database, acme)] == ["dead_run_dropped"]


async def test_the_platform_looks_after_all_clients(
    world: World, two_clients: Clients, platform: dict[str, str], database: Database
) -> None:
    runs = [await add_dead_run(database, tenancy) for tenancy in two_clients]
    rows = await listed(world, platform, "?limit=100")
    found = {UUID(row["run_id"]): row["client_id"] for row in rows}
    assert {row["external_id"] for row in rows} == {None}
    assert [found[run_id] for run_id in runs] == [str(tenancy.client_id) for tenancy in two_clients]
    for run_id, act, status in ((runs[0], "replay", 202), (runs[1], "drop", 204)):
        answer = await world.http.post(f"/v1/dead-runs/{run_id}/{act}", headers=platform)
        assert answer.status_code == status, answer.text
    (told,) = await acts(database, two_clients[1])
    assert (told.action, told.payload["by"].startswith("user:")) == ("dead_run_dropped", True)


@pytest.mark.parametrize("act", ["replay", "drop"])
async def test_what_is_not_dead_is_not_there(
    world: World, two_clients: Clients, key_for: KeyFor, act: str
) -> None:
    answer = await world.http.post(f"/v1/dead-runs/{uuid4()}/{act}", headers=await key_for(two_clients[0]))
    assert code(answer) == (404, "not_found")


async def test_only_admins_see_them(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    key = await key_for(two_clients[0], *(set(Scope) - {Scope.ADMIN}))
    assert code(await world.http.get("/v1/dead-runs", headers=key)) == (403, "forbidden")
