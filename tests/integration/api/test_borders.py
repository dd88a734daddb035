"""What every answer carries and what the outermost layer refuses, whichever route is meant."""

import asyncio

import httpx
import pytest
from docflow.domain.errors import StorageFull
from docflow.runtime.settings import ApiSettings
from docflow.testing.factories import Tenancy
from docflow_api.app import create_app

from tests.integration.api.conftest import ADDRESS, KeyFor, World, form
from tests.security.serving import served

Clients = tuple[Tenancy, Tenancy]
ANSWERS = {
    "an answer": ("GET", "/v1/me", {}, 200),
    "no token": ("GET", "/v1/me", {"headers": {"Authorization": ""}}, 401),
    "no such path": ("GET", "/nothing", {}, 404),
    "no such object": ("GET", "/v1/documents/0193a6a4-0000-7000-8000-000000000000", {}, 404),
    "no such method": ("DELETE", "/v1/me", {}, 405),
    "too large": ("POST", "/v1/auth/login", {"content": b"x" * 1_100_000}, 413),
    "wrong values": ("POST", "/v1/auth/login", {"json": {}}, 422),
    "the reference": ("GET", "/docs", {}, 200),
    "the document": ("GET", "/openapi.json", {}, 200),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_every_answer_is_kept_from_frames_sniffing_and_caches(
    case: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    method, path, given, status = ANSWERS[case]
    headers = await key_for(two_clients[0]) | given.get("headers", {})
    answer = await world.http.request(method, path, **{**given, "headers": headers})
    assert answer.status_code == status
    assert_guarded(answer)


def assert_guarded(answer: httpx.Response) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers


async def test_a_fault_of_ours_is_kept_from_them_too(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    world.blobs.fails_with = StorageFull("full")
    answer = await world.http.post("/v1/processes", headers=await key_for(acme), **form(acme))
    assert answer.status_code == 507
    assert_guarded(answer)


async def test_what_a_proxy_would_say_of_the_caller_is_not_believed(
    world: World, two_clients: Clients
) -> None:
    """No header names the caller; only a token or a key does."""
    acme, _ = two_clients
    forged = {
        "X-User-ID": str(acme.admin_id),
        "X-Client-ID": str(acme.client_id),
        "X-Forwarded-User": "admin",
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-IP": "127.0.0.1",
        "X-Original-URL": "/healthz",
        "X-HTTP-Method-Override": "GET",
        "Cookie": "access_token=x; session=x",
    }
    answer = await world.http.get("/v1/me", headers=forged)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


async def test_no_other_site_may_read_answers_unless_it_is_named(world: World) -> None:
    for origin in ("https://portal.example", "null", ADDRESS):
        answer = await world.http.get("/healthz", headers={"Origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.fixture
def named(world: World) -> httpx.AsyncClient:
    """A gateway that names one site."""
    settings = world.container.settings
    api = ApiSettings(cors_origins=["https://portal.example"])
    world.container.settings = settings.model_copy(update={"api": api})
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(world.container)), base_url=ADDRESS)


async def test_only_the_named_site_may_read_answers(named: httpx.AsyncClient) -> None:
    ours = await named.get("/healthz", headers={"Origin": "https://portal.example"})
    assert ours.headers["access-control-allow-origin"] == "https://portal.example"
    assert "access-control-allow-credentials" not in ours.headers
    for origin in (
        "https://portal.example.evil.example",
        "https://evil.example",
        "http://portal.example",
        "https://portal.example:8443",
        "null",
    ):
        other = await named.get("/healthz", headers={"Origin": origin})
        assert "access-control-allow-origin" not in other.headers, origin


async def test_only_the_named_site_may_ask_ahead(named: httpx.AsyncClient) -> None:
    asked = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "authorization"}
    ours = await named.options("/v1/me", headers={"Origin": "https://portal.example", **asked})
    assert (ours.status_code, ours.headers["access-control-allow-origin"]) == (200, "https://portal.example")
    other = await named.options("/v1/me", headers={"Origin": "https://evil.example", **asked})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("given", ["a" * 128, "abc-1", "A.b_c:d-9"])
async def test_a_plain_request_id_of_the_caller_is_kept(world: World, given: str) -> None:
    answer = await world.http.get("/nothing", headers={"X-Request-ID": given})
    assert (answer.headers["x-request-id"], answer.json()["request_id"]) == (given, given)


@pytest.mark.parametrize("given", ["a" * 129, "", "a b", "a\tb", "<b>", "é", "a;b", "${jndi:x}"])
async def test_any_other_is_replaced(world: World, given: str) -> None:
    answer = await world.http.get("/nothing", headers={"X-Request-ID": given.encode()})
    assert answer.headers["x-request-id"] not in (given, "")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.full
async def test_headers_without_end_are_refused_and_others_are_served(world: World) -> None:
    """A quarter of a megabyte in one header, and the same in ten thousand of them."""
    floods = (
        b"X-Long: " + b"a" * 262_144,
        b"\r\n".join(b"X-%d: aaaaaaaaaaaaaaaa" % n for n in range(10_000)),
    )
    async with served(create_app(world.container)) as address:
        for flood in floods:
            status = await _raw(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + flood + b"\r\n\r\n")
            assert status in (b"400", b"431", b""), status
        async with httpx.AsyncClient(base_url=address) as http:
            assert (await http.get("/healthz")).status_code == 200


async def _raw(address: str, request: bytes) -> bytes:
    """The status of the answer; empty when the connection was closed instead."""
    port = int(address.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        line = await asyncio.wait_for(reader.readline(), 30)
    except (ConnectionError, TimeoutError):
        return b""
    finally:
        writer.close()
    return line.split(b" ")[1] if b" " in line else b""
