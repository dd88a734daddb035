import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.messages import Message
from docflow.domain.ports.live import Snapshot
from docflow.features.users.models import LoginAttempt
from docflow.features.users.throttle import account_of
from docflow.testing.factories import Tenancy, add_process
from docflow_api.service import SERVICE
from sqlalchemy import select, text

from tests.integration.api.conftest import KeyFor, World, form, make_container

Clients = tuple[Tenancy, Tenancy]


@pytest.fixture
async def served(database: Database) -> AsyncIterator[World]:
    """The service as the program runs it, on a port of this machine."""
    async with serving(database) as world:
        yield world


@asynccontextmanager
async def serving(database: Database, *, proxies: tuple[str, ...] = ()) -> AsyncIterator[World]:
    container = make_container(database)
    container.settings.api.trusted_proxies = list(proxies)
    container.api_listener = socket.create_server(("127.0.0.1", 0))
    container.settings.api.port = container.api_listener.getsockname()[1]
    running = asyncio.create_task(SERVICE.run(container))
    address = f"http://127.0.0.1:{container.settings.api.port}"
    async with httpx.AsyncClient(base_url=address, timeout=10) as http:
        await answering(http)
        yield World(container, http)
    container.stopping.set()
    await asyncio.wait_for(running, 5)


async def answering(http: httpx.AsyncClient) -> None:
    for _ in range(200):
        try:
            await http.get("/healthz")
        except httpx.TransportError:
            await asyncio.sleep(0.02)
        else:
            return
    raise AssertionError("the service does not answer")


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            yield event
            event = {}


async def test_a_stream_replays_what_changed_since_its_mark_and_goes_on_live(
    served: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    before = await add_process(database, acme)
    await add_process(database, globex)
    headers = await key_for(acme) | {"Last-Event-ID": datetime(2026, 1, 1, tzinfo=UTC).isoformat()}
    async with served.http.stream("GET", "/v1/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = events(answer)
        first = await anext(stream)
        assert first["event"] == "process"
        assert json.loads(first["data"])["process_id"] == str(before)
        assert first["id"] == json.loads(first["data"])["updated_at"]
        live = Snapshot(acme.client_id, new_id(), "completed", "OUTPUT", 9, datetime.now(UTC))
        await served.container.live.publish(live)
        second = json.loads((await anext(stream))["data"])
        assert (second["process_id"], second["version"]) == (str(live.process_id), 9)


async def test_a_stream_tells_all_that_changed_at_once_however_much_that_is(
    served: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    async with database.client(acme.client_id) as session:
        await session.execute(
            text(
                "INSERT INTO processes (process_id, client_id)"
                " SELECT gen_random_uuid(), :client_id FROM generate_series(1, 1200)"
            ),
            {"client_id": acme.client_id},
        )
    headers = await key_for(acme) | {"Last-Event-ID": "2026-01-01T00:00:00+00:00"}
    told: set[str] = set()
    async with served.http.stream("GET", "/v1/events", headers=headers) as answer, asyncio.timeout(20):
        async for event in events(answer):
            told.add(json.loads(event["data"])["process_id"])
            if len(told) == 1200:
                break


async def test_an_event_of_a_worker_reaches_the_stream(
    served: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    process_id, at = new_id(), datetime.now(UTC)
    data = {
        "status": "completed", "current_stage": "OUTPUT", "version": 5, "updated_at": at.isoformat(),
    }  # fmt: skip
    message = Message(new_id(), "process.completed", at, acme.client_id, process_id, data=data)
    async with served.http.stream("GET", "/v1/events", headers=await key_for(acme)) as answer:
        while not served.container.live.subscribers:
            await asyncio.sleep(0.01)
        await served.container.transport.publish([message])
        told = json.loads((await anext(events(answer)))["data"])
    assert told["process_id"] == str(process_id)


async def test_a_caller_who_leaves_ends_the_stream(
    served: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    await add_process(database, acme)
    mark = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    headers = await key_for(acme) | {"Last-Event-ID": mark}
    async with served.http.stream("GET", "/v1/events", headers=headers) as answer:
        await anext(events(answer))
        assert served.container.live.subscribers == 1
    async with asyncio.timeout(5):
        while served.container.live.subscribers:
            await asyncio.sleep(0.02)
    assert "docflow_event_streams 0.0" in (await served.http.get("/metrics")).text


async def test_a_stop_ends_streams_and_waits_at_once(
    served: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    await add_process(database, acme)
    headers = await key_for(acme) | {"Last-Event-ID": "2026-01-01T00:00:00+00:00"}
    waiting = asyncio.create_task(served.http.post("/v1/processes?wait=55", headers=headers, **form(acme)))
    async with served.http.stream("GET", "/v1/events", headers=headers) as answer:
        stream = events(answer)
        await anext(stream)
        while not await served.stored(acme):
            await asyncio.sleep(0.02)
        served.container.stopping.set()
        async with asyncio.timeout(3):
            async for _ in stream:
                pass
            assert (await waiting).status_code == 202


async def test_the_reference_needs_no_script_and_no_network(served: World) -> None:
    page = await served.http.get("/docs")
    assert "/v1/processes" in page.text
    assert "<script" not in page.text
    assert "http" not in page.text.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [((), "127.0.0.1"), (("127.0.0.0/8",), "198.51.100.7"), (("10.0.0.0/8",), "127.0.0.1")],
)
async def test_only_a_proxy_that_is_trusted_says_who_calls(
    database: Database, proxies: tuple[str, ...], seen: str
) -> None:
    """Else whoever calls could take another address for each guess."""
    email = f"{new_id().hex}@people.test"
    async with serving(database, proxies=proxies) as world:
        headers = {"X-Forwarded-For": "198.51.100.7"}
        body = {"email": email, "password": "wrong"}
        await world.http.post("/v1/auth/login", json=body, headers=headers)
    async with database.nobody() as session:
        found = select(LoginAttempt.address).where(LoginAttempt.account == account_of(email))
        assert await session.scalar(found) == seen
