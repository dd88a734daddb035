"""Dead runs, the installation's health, usage and budgets, through the client package."""

from datetime import UTC, datetime

import pytest
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.features.usage.models import LlmCall
from docflow.testing.factories import Tenancy, add_dead_run
from docflow_client import ApiError

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_client_package import client_of

Clients = tuple[Tenancy, Tenancy]
AT = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


async def test_what_failed_for_good_is_run_again_or_dropped(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    first = await add_dead_run(database, acme, finished_at=AT)
    second = await add_dead_run(database, acme, finished_at=AT)
    foreign = await add_dead_run(database, globex, finished_at=AT)
    async with await client_of(world, acme, key_for) as client:
        dead = client.dead_runs
        found = {run.run_id: run async for run in dead.list(stage="INTELLIGENT_OCR", limit=1)}
        assert set(found) == {first, second}
        error = found[first].error
        assert error is not None
        assert error.code == "file_corrupt"
        replayed = await dead.replay(first)
        assert (replayed.process_id, replayed.current_stage) == (found[first].process_id, "INTELLIGENT_OCR")
        await dead.drop(second)
        assert [run.run_id async for run in dead.list()] == []
        with pytest.raises(ApiError) as hidden:
            await dead.replay(foreign)
    assert hidden.value.status == 404


async def test_the_installation_tells_how_it_fares(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        found = await client.system.health()
    assert found.checks["database"] == "ok"
    assert {wait.lane for wait in found.outgoing} >= {"deliveries", "actions"}


async def test_tokens_and_costs_are_summed_and_limited(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    async with database.client(acme.client_id) as session:
        session.add(
            LlmCall(
                call_id=new_id(),
                client_id=acme.client_id,
                provider="anthropic",
                model="claude-haiku-5-5",
                tokens_input=100,
                tokens_output=10,
                cost_micros=1500,
                outcome="complete",
                created_at=AT,
            )
        )
    since, until = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    async with await client_of(world, acme, key_for) as client:
        tokens = await client.usage.tokens(since=since, until=until, group_by="model")
        costs = await client.usage.costs(since=since, until=until)
        limits = await client.budgets.set(day={"cap_tokens": 5000}, month={"cap_cost": "25.00"})
        kept = await client.budgets.get()
    assert [(row.key, row.tokens_input) for row in tokens.data] == [("claude-haiku-5-5", 100)]
    assert (costs.total.cost, costs.currency) == ("0.001500", "USD")
    assert (limits.day.cap_tokens, limits.month.cap_cost, limits.month.cap_tokens) == (
        5000,
        "25.000000",
        None,
    )
    assert kept == limits
