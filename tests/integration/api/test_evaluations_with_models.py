"""Evaluations through the model layer: paid, booked, and stopped by a budget."""

from datetime import UTC, datetime

import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.db.database import Database
from docflow.features.completions.router import Router
from docflow.features.usage.books import PostgresBooks
from docflow.features.usage.budgets import Budgets, Caps, Period
from docflow.features.usage.models import LlmCall
from docflow.runtime.model_reading import RoutedProvider
from docflow.runtime.models import Models
from docflow.runtime.settings import LlmSettings
from docflow.testing.factories import Tenancy
from docflow.testing.llm import ScriptedVendor, completion
from sqlalchemy import select

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.evaluating import a_set, begun, prompt, read_all, shown

Clients = tuple[Tenancy, Tenancy]
READ = completion(
    data={
        "invoice_number": {"text": "INV-4711", "quote": "Invoice No INV-4711", "page": 1},
        "grand_total": {"text": "119.00", "quote": "Total 119.00 EUR", "page": 1},
    }
)


@pytest.fixture
def vendor(world: World, database: Database) -> ScriptedVendor:
    container = world.container
    vendor = ScriptedVendor("anthropic", READ)
    router = Router({"anthropic": vendor}, PostgresBooks(database, container.sealing), clock=SystemClock())
    offline = OfflineProvider(container.workbench)
    container.provider = RoutedProvider(Models.of(router, database, LlmSettings()), offline)
    return vendor


async def test_each_document_is_paid_for_on_each_side_and_no_kept_answer_counts(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, vendor: ScriptedVendor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme)
    one, other = await prompt(world, headers, acme, 2), await prompt(world, headers, acme, 3)
    sides = {"candidate": {"prompt_id": one}, "baseline": {"prompt_id": other}}
    for _ in range(2):
        evaluation_id = await begun(world, headers, set_id, **sides)
        await read_all(world)
    told = await shown(world, headers, evaluation_id)
    async with database.client(acme.client_id) as session:
        calls = (await session.scalars(select(LlmCall))).all()
    assert (len(vendor.asked), len(calls), [call.cache_hit for call in calls]) == (12, 12, [False] * 12)
    assert {str(call.prompt_id) for call in calls} == {one, other}
    assert told["verdict"] == "passed"
    ours = told["figures"]["candidate"]
    cost = sum(call.cost_micros or 0 for call in calls)
    assert (4 * ours["cost_micros"], ours["tokens_input"], ours["tokens_output"]) == (cost, 300, 60)
    assert list(ours["models"]) == ["anthropic/claude-haiku-5-5"]
    asked = [request.system + request.instructions for request, _ in vendor.asked]
    assert {"Version 2" in text for text in asked} == {"Version 3" not in text for text in asked}


async def test_a_budget_without_room_ends_it_before_anything_more_is_spent(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database, vendor: ScriptedVendor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    evaluation_id = await begun(world, headers, await a_set(world, headers, acme))
    async with database.client(acme.client_id) as session:
        await Budgets(session, acme.client_id).limit(
            {Period.DAY: Caps(tokens=100), Period.MONTH: Caps()}, by="test", at=datetime.now(UTC)
        )
    await read_all(world)
    told = await shown(world, headers, evaluation_id)
    assert (told["status"], told["error_code"], vendor.asked) == ("failed", "quota_exceeded", [])
