import httpx
import pytest
from docflow.db.database import Database
from docflow.testing.factories import Tenancy, add_process
from docflow_api.app import create_app
from docflow_client import ApiError, AsyncDocflowClient

from tests.integration.api.conftest import ADDRESS, KeyFor, World, pdf

Clients = tuple[Tenancy, Tenancy]


async def client_of(world: World, tenancy: Tenancy, key_for: KeyFor) -> AsyncDocflowClient:
    key = (await key_for(tenancy))["Authorization"].removeprefix("Bearer ")
    return AsyncDocflowClient(ADDRESS, key, transport=httpx.ASGITransport(create_app(world.container)))


async def test_the_client_submits_and_reads_back(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    acme, _ = two_clients
    async with await client_of(world, acme, key_for) as client:
        made = await client.processes.submit([("a.pdf", pdf())], acme.process_type_id, external_id="A-1")
        read = await client.processes.get(made.process_id)
        assert (read.status, read.external_id, read.documents[0].file_name) == ("pending", "A-1", "a.pdf")
        assert not read.is_settled


async def test_the_client_walks_all_pages(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    made = [await add_process(database, acme) for _ in range(5)]
    async with await client_of(world, acme, key_for) as client:
        seen = [process.process_id async for process in client.processes.list(limit=2)]
    assert seen == made[::-1]


async def test_a_refusal_is_an_error_with_its_code_and_places(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async with await client_of(world, two_clients[0], key_for) as client:
        with pytest.raises(ApiError) as refused:
            await client.processes.submit([("a.pdf", pdf())], "auto", external_id="x" * 256)
    assert (refused.value.status, refused.value.code) == (422, "validation_failed")
    assert refused.value.places[0].pointer == "/external_id"
    assert refused.value.request_id


async def test_the_client_reads_a_result_and_decides(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    final = {
        "fields": {"total": {"value": "1.00", "confidence": 0.9}},
        "tables": {},
        "documents": [],
        "data": {},
    }
    process_id = await add_process(database, acme, status="completed", final_output=final)
    async with await client_of(world, acme, key_for) as client:
        assert (await client.processes.wait_for(process_id)).status == "completed"
        assert (await client.processes.result(process_id)).fields_["total"].value == "1.00"
        assert b"total" in await client.processes.result_as(process_id, "csv")
        with pytest.raises(ApiError) as refused:
            await client.reviews.decide(process_id, "approve")
        assert refused.value.code == "state_conflict"
        assert [review async for review in client.reviews.list()] == []
