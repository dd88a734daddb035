"""The portal's way of being signed in: tokens in cookies, changes from its own pages alone."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.stages import Role
from docflow.testing.passwords import quick_passwords
from docflow_api.app import create_app

from tests.integration.api.conftest import KeyFor, World, make_container
from tests.integration.api.test_access import person
from tests.integration.api.test_sessions import Clients

OURS = {"X-DocFlow-Request": "1"}
PUBLIC = "https://docs.acme.test"


@pytest.fixture
async def portal(database: Database) -> AsyncIterator[World]:
    """A gateway that is known under an https address, and a browser at it."""
    container = make_container(database)
    container.settings.api.public_url = PUBLIC
    peer = (f"10.{uuid4().int % 250}.{uuid4().int % 250}.6", 1)
    transport = httpx.ASGITransport(create_app(container, quick_passwords()), client=peer)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as http:
        yield World(container, http)


async def entered(portal: World, email: str, **headers: str) -> httpx.Response:
    body = {"email": email, "password": "password123", "cookie": True}
    return await portal.http.post("/v1/auth/login", json=body, headers={**OURS, **headers})


async def test_a_browser_is_signed_in_without_seeing_a_token(
    portal: World, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0], Role.ADMIN)
    answer = await entered(portal, email, Origin=PUBLIC)
    assert answer.json() == {"token_type": "Cookie", "expires_in": 900}
    assert set(portal.http.cookies) == {"__Host-docflow_access", "__Host-docflow_refresh"}
    assert (await portal.http.get("/v1/me")).json()["email"] == email


async def test_another_sites_page_changes_nothing_with_it(
    portal: World, two_clients: Clients, database: Database
) -> None:
    await entered(portal, await person(database, two_clients[0], Role.ADMIN))
    key = {"name": "mine", "scopes": ["processes:read"]}
    foreign = [{}, {**OURS, "Origin": "https://evil.test"}, {**OURS, "Sec-Fetch-Site": "same-site"}]
    answers = [await portal.http.post("/v1/api-keys", json=key, headers=headers) for headers in foreign]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "csrf_refused")}
    assert (await portal.http.get("/v1/api-keys")).json()["data"] == []
    assert (await portal.http.post("/v1/api-keys", json=key, headers=OURS)).status_code == 201


async def test_another_sites_page_signs_nobody_in_or_out(
    portal: World, two_clients: Clients, database: Database
) -> None:
    email = await person(database, two_clients[0])
    assert (await entered(portal, email, Origin="https://evil.test")).json()["code"] == "csrf_refused"
    assert not portal.http.cookies
    await entered(portal, email)
    for path in ("/v1/auth/logout", "/v1/auth/refresh"):
        assert (await portal.http.post(path, json={})).json()["code"] == "csrf_refused"
    assert (await portal.http.get("/v1/me")).status_code == 200


async def test_a_token_of_its_own_is_not_weighed_by_cookies(
    portal: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    """A program that keeps cookies and sends its key is no browser of another site."""
    acme, globex = two_clients
    await entered(portal, await person(database, acme))
    headers = await key_for(globex)
    answer = await portal.http.post("/v1/ws-ticket", headers=headers)
    assert answer.status_code == 200
    assert (await portal.http.get("/v1/me", headers=headers)).json()["client_id"] == str(globex.client_id)


async def test_cookies_are_renewed_and_go_with_the_session(
    portal: World, two_clients: Clients, database: Database
) -> None:
    await entered(portal, await person(database, two_clients[0]))
    before = dict(portal.http.cookies)
    renewed = await portal.http.post("/v1/auth/refresh", json={}, headers=OURS)
    assert renewed.json() == {"token_type": "Cookie", "expires_in": 900}
    after = dict(portal.http.cookies)
    assert before["__Host-docflow_refresh"] != after["__Host-docflow_refresh"]
    assert (await portal.http.get("/v1/me")).status_code == 200
    out = await portal.http.post("/v1/auth/logout", json={}, headers=OURS)
    assert out.status_code == 204
    assert not portal.http.cookies
    portal.http.cookies.update(after)
    assert (await portal.http.get("/v1/me")).status_code == 401
    assert (await portal.http.post("/v1/auth/refresh", json={}, headers=OURS)).status_code == 401


async def test_without_token_and_cookie_there_is_nothing_to_refresh(portal: World) -> None:
    answer = await portal.http.post("/v1/auth/refresh", json={}, headers=OURS)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/refresh_token")


async def test_a_key_in_the_cookie_is_no_session(
    portal: World, two_clients: Clients, key_for: KeyFor
) -> None:
    key = (await key_for(two_clients[0]))["Authorization"].removeprefix("Bearer ")
    answer = await portal.http.get("/v1/me", headers={"Cookie": f"__Host-docflow_access={key}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


async def test_scripts_of_allowed_origins_may_do_what_the_api_offers_without_cookies(
    database: Database,
) -> None:
    container = make_container(database)
    container.settings.api.cors_origins = ["https://tools.test"]
    transport = httpx.ASGITransport(create_app(container))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as http:
        asked = {"Origin": "https://tools.test", "Access-Control-Request-Headers": "authorization,if-match"}
        for method in ("PUT", "PATCH", "DELETE"):
            answer = await http.options(
                "/v1/api-keys", headers={**asked, "Access-Control-Request-Method": method}
            )
            assert answer.status_code == 200, method
        plain = await http.get("/healthz", headers={"Origin": "https://tools.test"})
    assert "access-control-allow-credentials" not in plain.headers
    shown = plain.headers["access-control-expose-headers"]
    assert {"ETag", "RateLimit-Remaining", "Retry-After"} <= set(shown.split(", "))


async def test_sign_ins_are_counted_by_the_address_behind_a_trusted_proxy(
    database: Database, two_clients: Clients
) -> None:
    container = make_container(database)
    container.settings.api.trusted_proxies = ["10.251.0.0/16"]
    proxy = httpx.ASGITransport(create_app(container, quick_passwords()), client=("10.251.0.1", 1))
    email = await person(database, two_clients[0])
    body = {"email": email, "password": "password123"}
    async with httpx.AsyncClient(transport=proxy, base_url=PUBLIC) as http:
        far = f"203.0.113.{uuid4().int % 250}"
        answer = await http.post("/v1/auth/login", json=body, headers={"X-Forwarded-For": f"1.2.3.4, {far}"})
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        (session,) = (await http.get("/v1/auth/sessions", headers=headers)).json()["data"]
    assert session["address"] == far


async def test_signing_in_once_more_ends_the_session_that_the_cookies_were_of(
    portal: World, two_clients: Clients, database: Database
) -> None:
    """Its cookies are written over: nobody could end it, and whoever copied them could go on."""
    email = await person(database, two_clients[0])
    await entered(portal, email)
    before = portal.http.cookies["__Host-docflow_access"]
    refused = {"email": email, "password": "wrong", "cookie": True}
    assert (await portal.http.post("/v1/auth/login", json=refused, headers=OURS)).status_code == 401
    assert (await portal.http.get("/v1/me")).status_code == 200
    await entered(portal, email)
    assert (await portal.http.get("/v1/me")).status_code == 200
    portal.http.cookies.clear()
    answer = await portal.http.get("/v1/me", headers={"Authorization": f"Bearer {before}"})
    assert answer.status_code == 401


async def test_cookies_of_nothing_do_not_keep_anybody_from_signing_in(
    portal: World, two_clients: Clients, database: Database
) -> None:
    portal.http.cookies.set("__Host-docflow_refresh", "nonsense")
    assert (await entered(portal, await person(database, two_clients[0]))).status_code == 200
