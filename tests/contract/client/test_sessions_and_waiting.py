import asyncio
import json

import httpx
import pytest
from docflow_client import ApiError, AsyncDocflowClient

from tests.contract.client.conftest import PROCESS, Face, Service, done


class Sessions:
    """Signs in, hands out numbered tokens and takes the newest alone."""

    def __init__(self) -> None:
        self.number = 0
        self.refreshed: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/auth/refresh":
            self.refreshed.append(json.loads(request.content)["refresh_token"])
        if request.url.path.startswith("/v1/auth/"):
            assert "authorization" not in request.headers
            self.number += 1
            body = {"access_token": f"a{self.number}", "refresh_token": f"r{self.number}", "expires_in": 900}
            return httpx.Response(200, json=body)
        good = request.headers.get("authorization") == f"Bearer a{self.number}"
        return httpx.Response(200, json=PROCESS) if good else httpx.Response(401)


async def test_a_session_renews_itself_before_its_token_ends(client_of: Face) -> None:
    sessions = Sessions()
    service = Service(sessions)
    client = client_of(service, None)
    await done(client.login("ada@acme.com", "password"))
    service.now = 890.0
    await done(client.processes.get("x"))
    assert (sessions.refreshed, len(service.sent)) == (["r1"], 3)


async def test_a_refused_token_is_renewed_once_and_the_request_repeated(client_of: Face) -> None:
    sessions = Sessions()
    service = Service(sessions)
    client = client_of(service, None)
    await done(client.login("ada@acme.com", "password"))
    sessions.number = 7
    await done(client.processes.get("x"))
    assert sessions.refreshed == ["r1"]


async def test_a_stream_on_which_nothing_happened_goes_on_when_its_token_has_ended(client_of: Face) -> None:
    sessions, streams = Sessions(), 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal streams
        signed_in = sessions(request)
        if request.url.path != "/v1/events" or not signed_in.is_success:
            return signed_in
        streams += 1
        if streams == 1:
            sessions.number += 1  # from now on the first token is refused
            return httpx.Response(200, text=": ping\n\n")
        return httpx.Response(200, text=event("extracting"))

    client = client_of(Service(answer), None)
    await done(client.login("a@acme.com", "password123"))
    found = await done(client.events.stream(), most=1)
    assert ([each.status for each in found], sessions.refreshed) == (["extracting"], ["r1"])


async def test_a_session_that_ended_is_an_error(client_of: Face) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/auth/login":
            return httpx.Response(200, json={"access_token": "a", "refresh_token": "r", "expires_in": 900})
        return httpx.Response(401, json={"code": "unauthorized", "detail": "the session has ended"})

    client = client_of(Service(answer), None)
    await done(client.login("ada@acme.com", "password"))
    with pytest.raises(ApiError) as refused:
        await done(client.processes.get("x"))
    assert refused.value.code == "unauthorized"


async def test_many_requests_at_once_renew_the_session_once() -> None:
    sessions = Sessions()
    service = Service(sessions)
    transport = httpx.MockTransport(service.later)
    async with AsyncDocflowClient("http://docflow.test", transport=transport, pause=service.apause) as client:
        await client.login("ada@acme.com", "password")
        sessions.number = 7
        await asyncio.gather(*(client.processes.get("x") for _ in range(5)))
    assert sessions.refreshed == ["r1"]


def event(status: str) -> str:
    body = {name: PROCESS[name] for name in ("process_id", "current_stage", "version", "updated_at")}
    return f"event: process\nid: mark\ndata: {json.dumps(body | {'status': status})}\n\n"


async def test_waiting_ends_with_the_event_that_settles_it(client_of: Face) -> None:
    states = iter(["pending", "completed"])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/events":
            return httpx.Response(200, text=": ping\n\n" + event("extracting") + event("completed"))
        return httpx.Response(200, json=PROCESS | {"status": next(states)})

    service = Service(answer)
    ended = await done(client_of(service).processes.wait_for(PROCESS["process_id"]))
    assert (ended.status, service.pauses) == ("completed", [])
    assert service.sent[1].headers["last-event-id"] == "2026-11-20T12:00:01+00:00"


async def test_waiting_asks_by_itself_where_no_events_come(client_of: Face) -> None:
    states = iter(["pending", "extracting", "hitl_review"])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/events":
            return httpx.Response(404)
        return httpx.Response(200, json=PROCESS | {"status": next(states)})

    service = Service(answer)
    ended = await done(client_of(service).processes.wait_for("x"))
    assert (ended.status, service.pauses) == ("hitl_review", [0.25, 0.375])


async def test_waiting_ends_with_its_time(client_of: Face) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/events":
            raise httpx.ConnectError("no way")
        return httpx.Response(200, json=PROCESS | {"status": "pending"})

    with pytest.raises(TimeoutError):
        await done(client_of(Service(answer)).processes.wait_for("x", timeout_s=2.0))


async def test_a_stream_goes_on_after_its_last_mark(client_of: Face) -> None:
    service = Service(lambda _: httpx.Response(200, text=event("extracting")))
    found = await done(client_of(service).events.stream(), most=2)
    assert [each.status for each in found] == ["extracting", "extracting"]
    assert ["last-event-id" in request.headers for request in service.sent] == [False, True]
