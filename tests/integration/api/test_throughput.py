"""How many came in and what became of them: GET /v1/usage/processes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.testing.factories import Tenancy, add_process

from tests.integration.api.conftest import KeyFor, World

Clients = tuple[Tenancy, Tenancy]
CAME_IN = datetime(2026, 11, 1, 9, tzinfo=UTC)
SPAN = "from=2026-10-25&to=2026-12-01"


@pytest.fixture
async def worked(database: Database, two_clients: Clients) -> Clients:
    acme, globex = two_clients

    async def add(status: str, *, hours: float = 0, **more: Any) -> None:
        await add_process(database, acme, status=status, created_at=CAME_IN + timedelta(hours=hours), **more)

    await add("completed", completed_at=CAME_IN + timedelta(seconds=4))
    await add("completed", completed_at=CAME_IN + timedelta(seconds=8))
    await add(
        "completed", completed_at=CAME_IN + timedelta(hours=3), reviewed_at=CAME_IN + timedelta(hours=3)
    )
    await add("hitl_review")
    await add("failed", hours=15)
    await add("cancelled", hours=15)
    await add("cancelled", hours=15, error_code="rejected")
    await add("extracting", hours=15)
    await add_process(database, globex, status="completed", created_at=CAME_IN)
    return two_clients


async def test_what_became_of_each_day_is_counted_for_the_caller_alone(
    world: World, worked: Clients, key_for: KeyFor
) -> None:
    headers = await key_for(worked[0], Scope.PROCESSES_READ)
    answer = (await world.http.get(f"/v1/usage/processes?{SPAN}", headers=headers)).json()
    assert answer == {
        "group_by": "day",
        "data": [
            {"key": "2026-11-01", "received": 4, "unseen": 2, "reviewed": 1, "waiting": 1, "failed": 0,
             "cancelled": 0, "rejected": 0, "median_s": 6.0},
            {"key": "2026-11-02", "received": 4, "unseen": 0, "reviewed": 0, "waiting": 0, "failed": 1,
             "cancelled": 2, "rejected": 1, "median_s": None},
        ],
    }  # fmt: skip


async def test_months_and_types_are_counted_too(world: World, worked: Clients, key_for: KeyFor) -> None:
    acme, _ = worked
    headers = await key_for(acme, Scope.PROCESSES_READ)
    for group_by, key in (("month", "2026-11"), ("process_type", acme.process_type_id)):
        path = f"/v1/usage/processes?{SPAN}&group_by={group_by}"
        data = (await world.http.get(path, headers=headers)).json()["data"]
        assert [(row["key"], row["received"]) for row in data] == [(key, 8)]


@pytest.mark.parametrize(
    "query", ["from=2026-11-02&to=2026-11-01", "from=2026-01-01&to=2026-11-01", "group_by=model"]
)
async def test_a_span_that_makes_no_sense_is_refused(
    query: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    answer = await world.http.get(f"/v1/usage/processes?{query}", headers=await key_for(two_clients[0]))
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
