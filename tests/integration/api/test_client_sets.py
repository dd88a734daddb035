"""A client's set as the command line reads it: through the gateway, by a worker."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from docflow.domain.errors import PermanentError, UserError
from docflow.testing.factories import Tenancy
from docflow_api.app import create_app
from docflow_cli.client_sets import as_markdown, evaluate_set
from docflow_client import AsyncDocflowClient

from tests.integration.api.conftest import ADDRESS, KeyFor, World
from tests.integration.api.evaluating import Reader, a_set, loop_of, prompt

Clients = tuple[Tenancy, Tenancy]


@pytest.fixture
def reader(world: World) -> Reader:
    world.container.provider = Reader()
    return world.container.provider


@pytest.fixture
async def worker(world: World, reader: Reader) -> AsyncIterator[None]:
    stopping = asyncio.Event()

    async def work() -> None:
        while not stopping.is_set():
            if not await loop_of(world).run_next(stopping):
                await asyncio.sleep(0.05)

    working = asyncio.create_task(work())
    yield
    stopping.set()
    await working


async def gateway_for(world: World, tenancy: Tenancy, key_for: KeyFor) -> AsyncDocflowClient:
    key = (await key_for(tenancy))["Authorization"].removeprefix("Bearer ")
    return AsyncDocflowClient(ADDRESS, key, transport=httpx.ASGITransport(create_app(world.container)))


async def test_two_prompts_are_compared_by_their_versions(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader, worker: None
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    set_id = await a_set(world, headers, acme, documents=3)
    good, bad = await prompt(world, headers, acme, 2), await prompt(world, headers, acme, 3)
    reader.wrong[UUID(bad)] = {"grand_total": "911.00"}
    async with await gateway_for(world, acme, key_for) as gateway:
        told: list[str] = []
        ended = await evaluate_set(gateway, set_id, prompt="v3", against=good, told=told.append)
        with pytest.raises(UserError, match="no prompt"):
            await evaluate_set(gateway, set_id, prompt="9")
        with pytest.raises(UserError, match="no version"):
            await evaluate_set(gateway, set_id, configuration="latest")
    shown = as_markdown(ended)
    assert (ended.verdict, told[-1]) == ("worse", "3 of 3")
    assert "| grand_total | 3 | 0 | 3 | 0 | 0 | 0.0 |" in shown
    assert "| grand_total | -100.0 | -100.0 to -100.0 | yes |" in shown
    assert "| exact | 50.0 % | 100.0 % |" in shown
    assert "| read by | scripted/one (3) | scripted/one (3) |" in shown


async def test_the_version_in_force_is_measured_alone_and_a_failure_keeps_its_code(
    world: World, two_clients: Clients, key_for: KeyFor, reader: Reader, worker: None
) -> None:
    acme, _ = two_clients
    set_id = await a_set(world, await key_for(acme), acme)
    async with await gateway_for(world, acme, key_for) as gateway:
        ended = await evaluate_set(gateway, set_id)
        reader.warnings = ("quota_exceeded",)
        with pytest.raises(PermanentError) as failed:
            await evaluate_set(gateway, set_id)
    assert (ended.verdict, ended.baseline, "Verdict" in as_markdown(ended)) == (None, None, False)
    assert failed.value.code == "quota_exceeded"
