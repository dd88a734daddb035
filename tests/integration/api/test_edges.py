import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from docflow.db.database import Database
from docflow.testing.database import DatabaseServer, DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow_api.app import create_app
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from structlog.testing import capture_logs

from tests.integration.api.conftest import ADDRESS, KeyFor, World, form, make_container

Clients = tuple[Tenancy, Tenancy]
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
COMMITTED = Path(__file__).parents[3] / "docs" / "api" / "openapi.json"

BAD_REQUESTS = {
    "no such path": ("GET", "/v1/nothing", {}, 404, "not_found"),
    "no such method": ("DELETE", "/v1/processes", {}, 405, "method_not_allowed"),
    "id of another form": ("GET", "/v1/processes/not-an-id", {}, 404, "not_found"),
    "body is no JSON": (
        "POST", "/v1/auth/login", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400,
        "malformed_request",
    ),
    "body of another type": ("POST", "/v1/auth/login", {"content": b"a=b"}, 415, "unsupported_media_type"),
    "body with wrong values": ("POST", "/v1/auth/login", {"json": {"email": 1}}, 422, "validation_failed"),
    "body that is a list": ("POST", "/v1/auth/login", {"json": []}, 422, "validation_failed"),
    "small body over its limit": (
        "POST", "/v1/auth/login", {"content": b"x" * 1_100_000}, 413, "payload_too_large",
    ),
    "large body over its limit": (
        "POST", "/v1/processes", {"content": b"x" * 300_001, "headers": {"Content-Type": "application/pdf"}}, 413,
        "payload_too_large",
    ),
    "submission of no known form": ("POST", "/v1/processes", {"content": b"x"}, 415, "unsupported_media_type"),
    "multipart without boundary": (
        "POST", "/v1/processes", {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400,
        "malformed_request",
    ),
    "multipart cut short": (
        "POST", "/v1/processes",
        {"content": b"--b\r\nContent-Dis", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}, 422,
        "validation_failed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_REQUESTS)
async def test_every_refusal_is_a_problem_with_a_code(
    case: str, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    method, path, given, status, code = BAD_REQUESTS[case]
    headers = await key_for(two_clients[0]) | given.get("headers", {})
    answer = await world.http.request(method, path, **{**given, "headers": headers})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == MEMBERS
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_a_wrong_method_is_told_every_right_one(world: World) -> None:
    """Reading and creating are routes of two modules."""
    answer = await world.http.put("/v1/processes")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("2026-11-20T12:00:00Z", 200),
        ("2026-11-20T12:00:00", 200),
        ("2026-11-20", 200),
        ("0.5", 422),
        ("1e9", 422),
    ],
)
async def test_a_time_is_written_out_never_counted(
    text: str, status: int, world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    headers = await key_for(two_clients[0])
    answer = await world.http.get("/v1/processes", params={"created_after": text}, headers=headers)
    assert answer.status_code == status, answer.text


async def test_too_many_files_are_refused_with_the_limit_named(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    files = [("files", (f"{n}.pdf", b"%PDF-", "application/pdf")) for n in range(5)]
    answer = await world.http.post(
        "/v1/processes",
        headers=await key_for(acme),
        files=files,
        data={"process_type_id": acme.process_type_id},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert "4 files" in answer.json()["detail"]


async def test_a_body_without_a_declared_length_is_counted(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    async def endless():
        for _ in range(10):
            yield b"x" * 100_000

    headers = await key_for(two_clients[0]) | {"Content-Type": "application/pdf"}
    answer = await world.http.post("/v1/processes?file_name=x.pdf", headers=headers, content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


async def test_who_may_not_submit_is_refused_before_the_body_is_read(world: World) -> None:
    async def never():
        raise AssertionError("the body was read")
        yield b""

    answer = await world.http.post("/v1/processes", content=never())
    assert answer.status_code == 401


async def test_a_bug_is_a_problem_too_and_says_nothing_of_itself(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, _ = two_clients
    headers = await key_for(acme)
    world.blobs.fails_with = RuntimeError("secret detail")
    with capture_logs() as told:
        answer = await world.http.post("/v1/processes", headers=headers, **form(acme))
    assert [line["kind"] for line in told if line["event"] == "http.failed"] == ["RuntimeError"]
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"]


async def test_a_callers_request_id_is_kept_unless_it_is_strange(world: World) -> None:
    kept = await world.http.get("/healthz", headers={"X-Request-ID": "abc-1"})
    assert kept.headers["x-request-id"] == "abc-1"
    strange = await world.http.get("/healthz", headers={"X-Request-ID": "a b<script>"})
    assert strange.headers["x-request-id"] != "a b<script>"


async def test_every_answer_carries_security_headers(world: World) -> None:
    headers = (await world.http.get("/healthz")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


async def test_over_tls_a_browser_is_told_to_stay_there(world: World) -> None:
    secure = await world.http.get(f"{ADDRESS.replace('http:', 'https:')}/healthz")
    assert secure.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_ready_means_a_database_at_the_newest_revision(world: World) -> None:
    answer = await world.http.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "migrations": "ok", "transport": "ok"}


@pytest.mark.parametrize(
    ("revision", "status", "found"),
    [
        ("0001_base", 503, "pending"),
        ("9999_made_by_a_later_release", 200, "ok"),
    ],
)
async def test_a_schema_that_is_behind_is_not_ready_and_a_newer_one_is(
    revision: str, status: int, found: str, world: World, database_urls: DatabaseUrls
) -> None:
    with at_revision(database_urls, revision):
        answer = await world.http.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (status, found)


@contextmanager
def at_revision(urls: DatabaseUrls, revision: str) -> Iterator[None]:
    engine = create_engine(urls.admin, poolclass=NullPool)
    noted = text("UPDATE alembic_version SET version_num = :revision")
    with engine.begin() as connection:
        before = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(noted, {"revision": revision})
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(noted, {"revision": before})
        engine.dispose()


async def test_an_empty_database_is_there_and_not_ready(database_server: DatabaseServer) -> None:
    urls = await database_server.empty()
    empty = Database(urls.admin)
    transport = httpx.ASGITransport(create_app(make_container(empty)))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        answer = await http.get("/readyz")
    await empty.aclose()
    database_server.give_back(urls)
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "migrations": "pending", "transport": "ok"}


async def test_a_missing_broker_is_degraded_and_still_ready(world: World) -> None:
    await world.container.transport.aclose()
    answer = await world.http.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


async def test_without_a_database_requests_are_503_and_the_process_lives() -> None:
    gone = Database(
        "postgresql+psycopg://nobody:x@127.0.0.1:1/nothing", pool_timeout_s=1, connect_timeout_s=1
    )
    transport = httpx.ASGITransport(create_app(make_container(gone)))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        answer = await http.get("/v1/me", headers={"Authorization": "Bearer dfk_live_a_b"})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/healthz")).status_code == 200
    await gone.aclose()


async def test_requests_are_counted_by_route_and_never_by_id(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    await world.http.get(
        "/v1/processes/0193a6a4-0000-7000-8000-000000000000", headers=await key_for(two_clients[0])
    )
    text = (await world.http.get("/metrics")).text
    assert (
        'docflow_http_requests_total{method="GET",route="/v1/processes/{process_id}",status="4xx"} 1.0'
        in text
    )
    assert "0193a6a4" not in text


async def test_requests_are_counted_where_prometheus_looks(world: World) -> None:
    """It asks the inner port, which shows what the process measures."""
    await world.http.get("/healthz")
    shown = (await world.container.metrics.render()).decode()
    assert 'docflow_http_requests_total{method="GET",route="/healthz",status="2xx"} 1.0' in shown


async def test_the_committed_description_is_the_running_one(world: World) -> None:
    running = (await world.http.get("/openapi.json")).json()
    assert running == json.loads(COMMITTED.read_text(encoding="utf-8"))


async def test_every_operation_names_its_problems_and_has_an_id_of_its_own(world: World) -> None:
    document = create_app(world.container).openapi()
    paths, shared = document["paths"], document["components"]["responses"]
    operations = [(path, item) for path, methods in paths.items() for item in methods.values()]
    ids = [item["operationId"] for _, item in operations]
    assert len(set(ids)) == len(ids)
    for path, item in operations:
        refused = {status: answer for status, answer in item["responses"].items() if status[0] in "45"}
        if path in ("/healthz", "/readyz"):
            continue
        assert {"401", "403", "429", "500", "503"} <= set(refused), path
        forms = {status: answer["$ref"] for status, answer in refused.items()}
        assert forms == {status: f"#/components/responses/Problem{status}" for status in refused}, path
    assert {form for answer in shared.values() for form in answer["content"]} == {"application/problem+json"}
