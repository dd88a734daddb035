"""The live socket as a browser opens it: a real server, a real client, tickets of the database."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.ids import new_id
from docflow.domain.ports.live import Snapshot
from docflow.features.socket_tickets.service import TTL_S, SocketTickets
from docflow.features.users.passwords import hash_password
from docflow.testing.factories import Tenancy, add_process
from sqlalchemy import text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_access import bearer, person, sign_in
from tests.integration.api.test_serving import served

__all__ = ["served"]
Clients = tuple[Tenancy, Tenancy]


@cache
def slow_hash() -> str:
    """The service under test knows no quick ones."""
    return hash_password("password123")


async def ticket_of(world: World, headers: dict[str, str]) -> str:
    answer = await world.http.post("/v1/ws-ticket", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["expires_in"] == TTL_S == 30
    return str(answer.json()["ticket"])


@asynccontextmanager
async def opened(
    world: World, ticket: str, *, since: str = "", origin: str | None = None
) -> AsyncIterator[Any]:
    port = world.container.settings.api.port
    url = f"ws://127.0.0.1:{port}/v1/ws?ticket={ticket}&since={since}"
    async with connect(url, origin=origin, proxy=None, open_timeout=10) as socket:  # type: ignore[arg-type]
        yield socket


async def refused(world: World, ticket: str, **how: Any) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as failed:
        async with opened(world, ticket, **how):
            pass
    response = failed.value.response
    return response.status_code, json.loads(response.body or b"{}").get("code", "")


async def told(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(10):
        return dict(json.loads(await socket.recv()))


async def test_a_socket_tells_what_changed_and_what_changes(
    served: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    before = await add_process(database, acme)
    await add_process(database, globex)
    ticket = await ticket_of(served, await key_for(acme))
    async with opened(served, ticket, since="2026-01-01T00:00:00Z") as socket:
        first = await told(socket)
        assert (first["type"], first["data"]["process_id"]) == ("process", str(before))
        live = Snapshot(acme.client_id, new_id(), "completed", "OUTPUT", 9, datetime.now(UTC))
        await served.container.live.publish(live)
        assert await told(socket) == {"type": "process", "data": live.as_json()}


async def test_a_ticket_opens_one_socket(served: World, two_clients: Clients, key_for: KeyFor) -> None:
    ticket = await ticket_of(served, await key_for(two_clients[0]))
    async with opened(served, ticket):
        assert await refused(served, ticket) == (401, "unauthorized")
    assert await refused(served, ticket) == (401, "unauthorized")


async def test_a_ticket_that_nobody_gave_out_opens_nothing(
    served: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, globex = two_clients
    good = await ticket_of(served, await key_for(acme))
    foreign = good.replace(acme.client_id.hex, globex.client_id.hex)
    for ticket in ("", "x", "dft_x_y", foreign, good[:-1] + ("0" if good[-1] != "0" else "1")):
        assert await refused(served, ticket) == (401, "unauthorized")


async def test_a_page_of_another_site_opens_nothing(
    served: World, two_clients: Clients, key_for: KeyFor
) -> None:
    served.container.settings.api.cors_origins = ["https://tools.test"]
    headers = await key_for(two_clients[0])
    ticket = await ticket_of(served, headers)
    for origin in ("https://evil.test", "null", "http://127.0.0.1"):
        assert await refused(served, ticket, origin=origin) == (403, "forbidden")
    port = served.container.settings.api.port
    async with opened(served, ticket, origin=f"http://127.0.0.1:{port}"):
        pass
    async with opened(served, await ticket_of(served, headers), origin="https://tools.test"):
        pass


async def test_a_ticket_needs_the_right_to_read(served: World, two_clients: Clients, key_for: KeyFor) -> None:
    headers = await key_for(two_clients[0], Scope.RESULTS_READ)
    assert (await served.http.post("/v1/ws-ticket", headers=headers)).status_code == 403


async def test_a_session_that_ended_meanwhile_opens_nothing(
    served: World, two_clients: Clients, database: Database
) -> None:
    signed_in = await sign_in(served, await person(database, two_clients[0], password_hash=slow_hash()))
    ticket = await ticket_of(served, bearer(signed_in))
    await served.http.post("/v1/auth/logout", json={"refresh_token": signed_in.json()["refresh_token"]})
    assert await refused(served, ticket) == (403, "forbidden")


async def test_a_client_has_so_many_streams_of_either_kind(
    served: World, two_clients: Clients, key_for: KeyFor
) -> None:
    gateway = served.http
    acme, globex = two_clients
    headers = await key_for(acme)
    assert served.container.settings.limits.streams_per_client == 2
    async with opened(served, await ticket_of(served, headers)):
        async with gateway.stream("GET", "/v1/events", headers=headers) as stream:
            assert stream.status_code == 200
            full = await gateway.get("/v1/events", headers=headers)
            assert (full.status_code, full.json()["code"]) == (429, "rate_limited")
            assert full.headers["retry-after"] == "5"
            assert await refused(served, await ticket_of(served, headers)) == (429, "rate_limited")
            async with opened(served, await ticket_of(served, await key_for(globex))):
                pass
        async with asyncio.timeout(10):
            while (await stream_status(gateway, headers)) != 200:
                await asyncio.sleep(0.05)


async def stream_status(http: httpx.AsyncClient, headers: dict[str, str]) -> int:
    async with http.stream("GET", "/v1/events", headers=headers) as stream:
        return stream.status_code


async def test_a_stop_closes_open_sockets(served: World, two_clients: Clients, key_for: KeyFor) -> None:
    async with opened(served, await ticket_of(served, await key_for(two_clients[0]))) as socket:
        served.container.stopping.set()
        async with asyncio.timeout(10):
            await socket.wait_closed()
        assert socket.close_code == 1012


async def test_an_expired_ticket_is_refused_and_forgotten(database: Database, two_clients: Clients) -> None:
    from docflow.domain.access import Caller
    from docflow.domain.errors import Unauthorized

    acme, _ = two_clients
    tickets, now = SocketTickets(database), datetime.now(UTC)
    caller = Caller("key:x", acme.client_id, frozenset(Scope), api_key_id=new_id())
    late = await tickets.give(caller, at=now)
    with pytest.raises(Unauthorized):
        await tickets.redeem(late, at=now + timedelta(seconds=TTL_S))
    left = [await tickets.give(caller, at=now) for _ in range(3)]
    await tickets.give(caller, at=now + timedelta(seconds=TTL_S))
    async with database.client(acme.client_id) as session:
        assert await session.scalar(text("SELECT count(*) FROM socket_tickets")) == 1
    assert len(left) == 3


async def test_of_two_who_redeem_a_ticket_at_once_one_is_let_in(
    database: Database, two_clients: Clients
) -> None:
    from docflow.domain.access import Caller
    from docflow.domain.errors import Unauthorized

    caller = Caller("key:x", two_clients[0].client_id, frozenset(Scope), api_key_id=new_id())
    one, other, now = SocketTickets(database), SocketTickets(database), datetime.now(UTC)
    ticket = await one.give(caller, at=now)
    tries = [gateway.redeem(ticket, at=now) for gateway in (one, other)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(isinstance(answer, Unauthorized) for answer in answers) == [False, True]


async def test_a_follower_stands_as_long_as_key_person_and_token_do(
    served: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    tickets, now = SocketTickets(database), served.container.clock.now()
    signed_in = await sign_in(served, await person(database, acme, password_hash=slow_hash()))
    by_person = await tickets.redeem(await ticket_of(served, bearer(signed_in)), at=now)
    assert await tickets.stands(by_person, at=now)
    assert not await tickets.stands(by_person, at=now + timedelta(seconds=901))
    admin = await key_for(acme)
    by_key = await tickets.redeem(await ticket_of(served, admin), at=now)
    assert await tickets.stands(by_key, at=now + timedelta(days=1000))
    await served.http.delete(f"/v1/api-keys/{by_key.api_key_id}", headers=admin)
    assert not await tickets.stands(by_key, at=now)
    body = {"refresh_token": signed_in.json()["refresh_token"]}
    await served.http.post("/v1/auth/logout", json=body)
    assert not await tickets.stands(by_person, at=now)


@pytest.mark.full
async def test_a_reader_that_stops_reading_is_dropped(
    served: World, two_clients: Clients, key_for: KeyFor
) -> None:
    """Ten seconds of patience, once the buffers on the way are full."""
    acme, _ = two_clients
    ticket = await ticket_of(served, await key_for(acme))
    port = served.container.settings.api.port
    url = f"ws://127.0.0.1:{port}/v1/ws?ticket={ticket}"
    async with (
        connect(url, proxy=None, max_queue=1, ping_interval=None, close_timeout=1),
        asyncio.timeout(90),
    ):
        while not served.container.live.subscribers:
            await asyncio.sleep(0.01)
        # A subscription that falls behind is ended and made anew meanwhile; the stream itself stays until it is dropped.
        while await streams(served) != "0.0":
            for _ in range(100):
                at = datetime.now(UTC)
                news = Snapshot(acme.client_id, new_id(), "completed" * 50, "OUTPUT", 1, at)
                await served.container.live.publish(news)


async def streams(world: World) -> str:
    lines = (await world.http.get("/metrics")).text.splitlines()
    return next(line for line in lines if line.startswith("docflow_event_streams ")).split()[1]


@pytest.mark.full
async def test_a_socket_ends_within_a_minute_of_its_session(
    served: World, two_clients: Clients, database: Database
) -> None:
    signed_in = await sign_in(served, await person(database, two_clients[0], password_hash=slow_hash()))
    async with opened(served, await ticket_of(served, bearer(signed_in))) as socket:
        body = {"refresh_token": signed_in.json()["refresh_token"]}
        await served.http.post("/v1/auth/logout", json=body)
        async with asyncio.timeout(60):
            await socket.wait_closed()
    assert socket.close_code == 4401
