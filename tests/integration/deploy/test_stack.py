"""Every service of the compose file alone, as compose would start it: they work together and end when told."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from docflow.adapters.postgres.embedded import throw_away_postgres
from docflow.testing.servers import RabbitServer, RedisServer
from docflow_client import DocflowClient
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.deploy.stack import STOP_S, Stack
from tests.unit.deploy.compose_file import DEPLOY, python_services

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

DEMO = Path(__file__).parents[2] / "data" / "demo"
TWICE = ("worker-processor", "service-audit")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    if (missing := RedisServer.missing()) is not None:
        pytest.skip(missing)
    with closing(RedisServer(tmp_path_factory.mktemp("redis"))) as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[Stack]:
    broker = RabbitServer(tmp_path_factory.mktemp("broker"))
    if (missing := broker.missing()) is not None:
        pytest.skip(missing)
    with closing(broker), throw_away_postgres() as server:
        broker.start()
        made = Stack(tmp_path_factory.mktemp("stack"), server)
        try:
            made.replace_secret("broker_url", broker.url)
            made.replace_secret("redis_url", redis.url)
            made.once("migrate")
            made.once("migrate", "seed", "--force")
            for name in (*python_services(), *TWICE):
                made.start(name)
            for replica in made.replicas:
                replica.wait_ready()
            yield made
        finally:
            made.close()


def scraped(replica_admin: str) -> dict[str, float]:
    """Values by name, over all labels."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(httpx.get(f"{replica_admin}/metrics", trust_env=False).text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


def send_one(stack: Stack, name: str) -> str:
    """A document through all services, by the script that tries the images out; returns what that printed."""
    done = subprocess.run(
        ["sh", str(DEPLOY / "try.sh"), stack.api, str(DEMO / name)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_document_goes_through_all_services(stack: Stack) -> None:
    assert "18383" in send_one(stack, "xrechnung-mustermann-18383.xml")


def test_every_service_is_ready_with_its_broker(stack: Stack) -> None:
    told = {replica.log.stem: replica.wait_ready()["status"] for replica in stack.replicas}
    assert told == dict.fromkeys(told, "ok")


def test_each_service_says_who_it_is(stack: Stack) -> None:
    told = {
        replica.name: httpx.get(f"{replica.admin}/status", trust_env=False).json()
        for replica in stack.replicas
    }
    assert {name: each["service"] for name, each in told.items()} == {
        name: name for name in python_services()
    }


def counted(stack: Stack) -> dict[str, float]:
    """The figures of all services, added up by name."""
    seen: dict[str, float] = {}
    for replica in stack.replicas:
        for name, value in scraped(replica.admin).items():
            seen[name] = seen.get(name, 0) + value
    return seen


def test_what_the_services_did_is_counted(stack: Stack) -> None:
    send_one(stack, "facturx-lieferant-471102.pdf")
    # The log is written behind the result, by the stream or, late, by the outbox.
    until = time.monotonic() + 30
    while (seen := counted(stack)).get("docflow_audit_rows_total", 0) < 4 and time.monotonic() < until:
        time.sleep(0.5)
    assert seen["docflow_runs_claimed_total"] >= 4
    assert seen["docflow_stage_seconds_count"] >= 4
    assert seen["docflow_audit_rows_total"] >= 4
    assert seen["docflow_workers_alive"] == 4
    assert seen["docflow_http_requests_total"] >= 2
    assert seen["docflow_engine_measured"] == 1


def test_no_service_writes_a_secret_into_its_log(stack: Stack) -> None:
    names = ("app_password", "audit_password", "owner_password", "auth_secret")
    secrets = [(stack.secrets / name).read_text().strip() for name in names]
    logs = "".join(replica.log.read_text(errors="replace") for replica in stack.replicas)
    assert [name for name, secret in zip(names, secrets, strict=True) if secret in logs] == []


def test_a_document_goes_through_without_redis(stack: Stack, redis: RedisServer) -> None:
    redis.kill()
    try:
        assert "FA-2017-0008" in send_one(stack, "facturx-moulin-fa-2017-0008.pdf")
        told = {replica.log.stem: replica.wait_ready()["status"] for replica in stack.replicas}
        assert told == dict.fromkeys(told, "ok")
    finally:
        redis.start()


def test_workers_are_rolled_under_load_and_nothing_is_lost(stack: Stack) -> None:
    """A new replica of each worker first, then the old one is told to stop, while documents are under way."""
    workers = [replica for replica in stack.replicas if replica.name.startswith("worker-")]
    with DocflowClient(stack.api, transport=httpx.HTTPTransport()) as client:
        client.login("admin@acme.com", "password123")
        waiting = []
        for old in workers:
            waiting += [
                client.processes.submit([path], "simple_invoice")
                for path in sorted(DEMO.glob("facturx-*.pdf")) * 2
            ]
            stack.start(old.name).wait_ready()
            code, took = old.stop()
            assert (old.name, code, took < STOP_S) == (old.name, 0, True)
            stack.replicas.remove(old)
        ended = {client.processes.wait_for(process.process_id, timeout_s=60).status for process in waiting}
    assert ended <= {"completed", "hitl_review"}


def test_every_service_ends_with_zero_when_told(stack: Stack) -> None:
    ended = {replica.log.stem: replica.stop() for replica in stack.replicas}
    assert {name: code for name, (code, _) in ended.items()} == dict.fromkeys(ended, 0)
    assert {name: took for name, (_, took) in ended.items() if took > STOP_S} == {}
