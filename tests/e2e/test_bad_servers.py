"""Servers that refuse, differ, go away or are full: one clear line each, nothing lost, work goes on when it can."""

import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from docflow.adapters.postgres.databases import login_url
from docflow.db.roles import APP, AUDIT
from docflow.testing.servers import RabbitServer, RedisServer, free_port

from tests.e2e.books import Books
from tests.e2e.broken_servers import old_broker, refusing_store
from tests.e2e.conftest import Start
from tests.e2e.documents import DEMO, XML, until_final
from tests.e2e.program import Program

pytestmark = [pytest.mark.full, pytest.mark.timeout(240)]

WATCH_S = 4.0
"""Long enough for several attempts of a program that would not wait between them."""


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    yield from _server(RabbitServer, tmp_path_factory.mktemp("rabbit"))


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    yield from _server(RedisServer, tmp_path / "redis")


def _server(kind: Any, folder: Path) -> Iterator[Any]:
    if reason := kind.missing():
        pytest.skip(reason)
    server = kind(folder)
    server.start()
    try:
        yield server
    finally:
        server.close()


def told(program: Program, event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in program.said().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def until_told(program: Program, event: str, code: str | None = None, within_s: float = 30) -> dict[str, Any]:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        for line in told(program, event):
            if code in (None, line.get("code")):
                return line
        time.sleep(0.05)
    raise AssertionError(f"{event} was not told: {program.said()[-2000:]}")


def send(http: httpx.Client) -> httpx.Response:
    file = (XML, (DEMO / XML).read_bytes(), "application/xml")
    return http.post("/v1/processes", data={"process_type_id": "simple_invoice"}, files={"files": file})


def passes(http: httpx.Client) -> str:
    return until_final(http, send(http).json()["process_id"])


def readiness(http: httpx.Client) -> tuple[int, str]:
    answer = http.get("/readyz")
    return answer.status_code, answer.json()["status"]


@pytest.mark.parametrize("trouble", ["credentials", "version", "queue"])
def test_a_broker_that_is_not_as_it_must_be_is_told_once_and_work_goes_on(
    trouble: str, start: Start, rabbit: RabbitServer
) -> None:
    codes = {
        "credentials": "broker_credentials_refused",
        "version": "broker_too_old",
        "queue": "broker_queue_differs",
    }
    with old_broker() as too_old:
        urls = {
            "version": too_old,
            "credentials": rabbit.url_of(password="wrong"),
            "queue": rabbit.url_of(vhost="other"),
        }
        if trouble == "queue":
            rabbit.control("add_vhost", "other")
            rabbit.control("set_permissions", "-p", "other", "guest", ".*", ".*", ".*")
            _declare_otherwise(rabbit.url_of(vhost="other"))
        program = start(BROKER__URL=urls[trouble], LOG__JSON_LINES="true").ready()
        with program.http() as http:
            until_told(program, "broker.misconfigured", codes[trouble])
            assert passes(http) == "completed"
            assert readiness(http) == (200, "degraded")
            time.sleep(WATCH_S)
        lines = told(program, "broker.misconfigured")
        assert {line["code"] for line in lines} == {codes[trouble]}
        assert max(Counter(line["connection"] for line in lines).values()) == 1
        assert "Traceback" not in program.said()
        assert program.stop().code == 0


def _declare_otherwise(url: str) -> None:
    import asyncio

    import aio_pika

    async def declare() -> None:
        async with await aio_pika.connect(url) as connection, connection.channel() as channel:
            await channel.declare_queue("docflow.ocr", durable=True)

    asyncio.run(declare())


def test_a_stream_that_was_made_anew_loses_no_audit_record(start: Start, rabbit: RabbitServer) -> None:
    program = start(BROKER__URL=rabbit.url, LOG__JSON_LINES="true").ready()
    with program.http() as http:
        assert passes(http) == "completed"
        _until_audited(program, 4)
    assert program.stop().code == 0
    rabbit.control("delete_queue", "docflow.audit")
    again = start(BROKER__URL=rabbit.url, LOG__JSON_LINES="true").ready()
    with again.http() as http:
        until_told(again, "audit_stream.recreated")
        assert passes(http) == "completed"
    _until_audited(again, 8)
    assert len(told(again, "audit_stream.recreated")) == 1


def _until_audited(program: Program, rows: int) -> None:
    """Exactly that many records of stages, none of them twice."""
    query = "SELECT count(*) AS many, count(DISTINCT (run_id, attempt)) AS different FROM audit_logs WHERE run_id IS NOT NULL"
    until = time.monotonic() + 60
    while (found := Books(program).rows(query)[0]) != {"many": rows, "different": rows}:
        assert time.monotonic() < until, found
        time.sleep(0.2)


def test_redis_may_refuse_the_login(start: Start, redis: RedisServer) -> None:
    url = f"redis://somebody:wrong@127.0.0.1:{redis.port}/0"
    program = start(REDIS__URL=url, LOG__JSON_LINES="true").ready()
    with program.http() as http:
        until_told(program, "redis.misconfigured", "redis_credentials_refused")
        assert passes(http) == "completed"
    time.sleep(WATCH_S)
    assert len(told(program, "redis.misconfigured")) == 1
    assert "wrong" not in program.said()


def test_redis_may_go_and_come_back(start: Start, redis: RedisServer) -> None:
    program = start(REDIS__URL=redis.url, LOG__JSON_LINES="true").ready()
    with program.http() as http:
        until_told(program, "redis.connected")
        assert passes(http) == "completed"
        redis.kill()
        before = len(told(program, "redis.away"))
        assert [passes(http) for _ in range(3)] == ["completed"] * 3
        # One, or none where a slow answer had it taken for away already.
        assert len(told(program, "redis.away")) <= before + 1
        connected = len(told(program, "redis.connected"))
        redis.start()
        until = time.monotonic() + 60
        while len(told(program, "redis.connected")) == connected:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert passes(http) == "completed"


@pytest.mark.parametrize(("status", "code"), [(403, "storage_refused"), (503, "storage_unavailable")])
def test_an_object_store_that_refuses_is_told_to_the_caller_and_nothing_is_half_kept(
    status: int, code: str, start: Start
) -> None:
    with refusing_store(status) as endpoint:
        program = start(
            BLOBS__URL="s3://documents/files",
            BLOBS__ENDPOINT=endpoint,
            BLOBS__REGION="us-east-1",
            BLOBS__ACCESS_KEY_ID="a",
            BLOBS__SECRET_ACCESS_KEY="b",
            LOG__JSON_LINES="true",
        ).ready()
        with program.http(timeout=60) as http:
            answer = send(http)
            assert (answer.status_code, answer.json()["code"]) == (503, code)
            assert int(answer.headers["retry-after"]) > 0
            assert http.get("/v1/processes").json()["data"] == []
    assert "Traceback" not in program.said()


def test_a_full_disk_is_told_to_the_caller_and_smaller_files_pass(home: Path) -> None:
    """A limit on the size of one file: what the kernel then says is what the store treats as a full disk."""
    limit = 300_000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    program = Program(home, LOG__JSON_LINES="true")
    try:
        program.ready()
        resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (limit, before[1]))
        with program.http() as http:
            big = ("big.pdf", b"%PDF-1.4\n" + b"x" * 2 * limit, "application/pdf")
            answer = http.post(
                "/v1/processes", data={"process_type_id": "simple_invoice"}, files={"files": big}
            )
            assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
            assert http.get("/v1/processes").json()["data"] == []
            assert passes(http) == "completed"
        assert "Traceback" not in program.said()
    finally:
        program.end()


def test_a_service_waits_for_a_database_that_refuses_its_login(start: Start, tmp_path: Path) -> None:
    program = start().ready()
    admin = program.run["admin_database_url"]
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "DOCFLOW_HOME": str(tmp_path / "service"),
        "DOCFLOW_DB__URL": login_url(admin, APP, "not-yet"),
        "DOCFLOW_DB__AUDIT_URL": login_url(admin, AUDIT, "not-yet"),
        "DOCFLOW_ADMIN__PORT": str(port),
        "DOCFLOW_LOG__JSON_LINES": "true",
    }
    log = tmp_path / "service.log"
    with log.open("wb") as out:
        service = subprocess.Popen(
            [sys.executable, "-m", "docflow_cli", "run", "worker-processor"],
            env=environment,
            cwd="/",
            stdout=out,
            stderr=out,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _until_answers(url, 503, service, log)
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        time.sleep(WATCH_S)
        assert service.poll() is None
        said = [json.loads(line) for line in log.read_text().splitlines()]
        waits = [line for line in said if line["event"] == "database.waited_for"]
        assert [line["code"] for line in waits] == ["database_login_refused"]
        with psycopg.connect(
            admin.replace("postgresql+psycopg", "postgresql"), autocommit=True
        ) as connection:
            for role in (APP, AUDIT):
                connection.execute(f"ALTER ROLE {role} PASSWORD 'not-yet'")
        _until_answers(url, 200, service, log)
        service.terminate()
        assert service.wait(30) == 0
        assert "Traceback" not in log.read_text()
    finally:
        service.kill()
        service.wait()


def _until_answers(url: str, status: int, service: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert service.poll() is None, log.read_text()
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == status:
                return
        time.sleep(0.1)
    raise AssertionError(f"/readyz never answered {status}: {log.read_text()[-2000:]}")
