"""What was used and what may be: /v1/usage and /v1/budgets."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.features.usage.models import LlmCall
from docflow.testing.factories import Tenancy, add_process

from tests.integration.api.conftest import KeyFor, World

Clients = tuple[Tenancy, Tenancy]


def call(client_id: UUID, at: str, **changes: object) -> LlmCall:
    values = {
        "provider": "anthropic", "model": "claude-haiku-5-5", "tokens_input": 100, "tokens_output": 10,
        "cost_micros": 1500, "outcome": "complete", "created_at": datetime.fromisoformat(at), **changes,
    }  # fmt: skip
    return LlmCall(client_id=client_id, **values)


@pytest.fixture
async def used(database: Database, two_clients: Clients) -> Clients:
    acme, globex = two_clients
    process_id = await add_process(database, acme)
    async with database.client(acme.client_id) as session:
        session.add(call(acme.client_id, "2026-10-31T23:59:59Z", process_id=process_id))
        session.add(call(acme.client_id, "2026-11-01T00:00:00Z", model="house-1", cost_micros=None))
        session.add(call(acme.client_id, "2026-11-01T09:00:00Z", process_id=process_id, cache_hit=True))
    async with database.client(globex.client_id) as session:
        session.add(call(globex.client_id, "2026-11-01T09:00:00Z", tokens_input=999))
    return two_clients


SPAN = "from=2026-10-01&to=2026-12-01"


@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        ("day", {"2026-10-31": 100, "2026-11-01": 200}),
        ("month", {"2026-10": 100, "2026-11": 200}),
        ("model", {"claude-haiku-5-5": 200, "house-1": 100}),
    ],
)
async def test_tokens_are_summed_as_asked_and_for_the_caller_alone(
    group_by: str, expected: dict[str, int], world: World, used: Clients, key_for: KeyFor
) -> None:
    headers = await key_for(used[0])
    answer = (await world.http.get(f"/v1/usage/tokens?{SPAN}&group_by={group_by}", headers=headers)).json()
    assert {row["key"]: row["tokens_input"] for row in answer["data"]} == expected
    assert (answer["total"]["tokens_input"], answer["total"]["calls"], answer["total"]["cache_hits"]) == (
        300,
        3,
        1,
    )


async def test_a_call_without_a_process_stands_under_no_type(
    world: World, used: Clients, key_for: KeyFor
) -> None:
    acme, _ = used
    path = f"/v1/usage/tokens?{SPAN}&group_by=process_type"
    data = (await world.http.get(path, headers=await key_for(acme))).json()["data"]
    assert [(row["key"], row["tokens_output"]) for row in data] == [(acme.process_type_id, 20), (None, 10)]


async def test_an_unknown_price_is_counted_and_never_free(
    world: World, used: Clients, key_for: KeyFor
) -> None:
    path = f"/v1/usage/costs?{SPAN}&group_by=model"
    answer = (await world.http.get(path, headers=await key_for(used[0]))).json()
    assert [(row["key"], row["cost"], row["unpriced_calls"]) for row in answer["data"]] == [
        ("claude-haiku-5-5", "0.003000", 0),
        ("house-1", None, 1),
    ]
    assert (answer["total"]["cost"], answer["total"]["unpriced_calls"]) == ("0.003000", 1)
    assert answer["currency"] == "USD"


async def test_the_end_of_a_span_is_not_part_of_it(world: World, used: Clients, key_for: KeyFor) -> None:
    path = "/v1/usage/tokens?from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z"
    answer = (await world.http.get(path, headers=await key_for(used[0]))).json()
    assert answer["total"]["calls"] == 1


@pytest.mark.parametrize(
    "query", ["from=2026-11-02&to=2026-11-01", "from=2020-01-01", "group_by=week", "from=soon"]
)
async def test_a_span_that_makes_no_sense_is_refused(
    query: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    answer = await world.http.get(f"/v1/usage/costs?{query}", headers=await key_for(two_clients[0]))
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_without_a_span_this_month_is_shown(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    async with database.client(acme.client_id) as session:
        session.add(call(acme.client_id, datetime.now(UTC).isoformat()))
    answer = (await world.http.get("/v1/usage/tokens", headers=await key_for(acme))).json()
    assert answer["total"]["calls"] == 1


async def test_limits_are_set_and_shown_with_what_is_spent(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, globex = two_clients
    headers = await key_for(acme)
    body = {"day": {"cap_tokens": 5000}, "month": {"cap_cost": "250.50"}}
    answer = await world.http.put("/v1/budgets", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json() == (await world.http.get("/v1/budgets", headers=headers)).json()
    shown = answer.json()
    assert (shown["day"]["cap_tokens"], shown["day"]["cap_cost"], shown["month"]["cap_cost"]) == (
        5000, None, "250.500000",
    )  # fmt: skip
    assert (shown["month"]["spent_cost"], shown["token_balance"], shown["currency"]) == (
        "0.000000",
        None,
        "USD",
    )
    others = (await world.http.get("/v1/budgets", headers=await key_for(globex))).json()
    assert (others["day"]["cap_tokens"], others["month"]["cap_cost"]) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        {"day": {"cap_tokens": -1}},
        {"month": {"cap_cost": "1.0000001"}},
        {"week": {}},
        {"day": {"cap_cost": "x"}},
    ],
)
async def test_a_limit_that_is_none_is_refused(
    body: dict, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    answer = await world.http.put("/v1/budgets", json=body, headers=await key_for(two_clients[0]))
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/usage/tokens"), ("GET", "/v1/usage/costs"), ("GET", "/v1/budgets"), ("PUT", "/v1/budgets")],
)
async def test_only_who_administers_sees_usage(
    method: str, path: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    headers = await key_for(two_clients[0], Scope.PROCESSES_READ)
    answer = await world.http.request(method, path, json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_what_one_process_cost_is_told(world: World, used: Clients, key_for: KeyFor) -> None:
    headers = await key_for(used[0])
    listed = (await world.http.get("/v1/processes", headers=headers)).json()["data"]
    path = f"/v1/usage/costs?{SPAN}&process_id={listed[0]['process_id']}"
    answer = (await world.http.get(path, headers=headers)).json()
    assert (answer["total"]["calls"], answer["total"]["cost"]) == (2, "0.003000")
