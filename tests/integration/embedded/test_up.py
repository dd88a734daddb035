"""The whole program, started as people start it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import folder_for_servers
from tests.e2e.program import Program, below

DOCUMENT = Path(__file__).parents[2] / "data" / "demo" / "facturx-lieferant-471102.pdf"
FINAL = {"completed", "failed", "cancelled", "hitl_review"}

Start = Callable[..., Program]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One for all tests of this file: only the first start makes a database."""
    with folder_for_servers() as folder:
        yield folder / "home"


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    started: list[Program] = []

    def begin(**settings: str) -> Program:
        started.append(Program(home, **settings))
        return started[-1]

    yield begin
    for program in started:
        if program.process.poll() is None:
            program.stop()


def submit(http: httpx.Client) -> str:
    files = {"files": (DOCUMENT.name, DOCUMENT.read_bytes(), "application/pdf")}
    answer = http.post("/v1/processes", data={"process_type_id": "simple_invoice"}, files=files)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["process_id"])


def final_state(http: httpx.Client, process_id: str) -> str:
    until = time.monotonic() + 60
    while True:
        status = str(http.get(f"/v1/processes/{process_id}").json()["status"])
        if status in FINAL or time.monotonic() > until:
            return status
        time.sleep(0.2)


def test_a_document_goes_through_and_the_program_stops_cleanly(start: Start) -> None:
    program = start().ready()
    run_file = program.home / "run.json"
    assert run_file.stat().st_mode & 0o777 == 0o600
    assert program.run["pids"]["docflow"] == program.process.pid
    with program.http() as http:
        assert final_state(http, submit(http)) in {"completed", "hitl_review"}
    stopped = program.stop()
    assert (stopped.code, stopped.seconds < 5) == (0, True), program.said()
    assert not run_file.exists()
    assert f"DocFlow AI runs at {program.run['api_url']}" in program.said()


def test_the_verbs_work_beside_it(start: Start) -> None:
    program = start().ready()
    second = program.verb("up")
    assert second.returncode == 1
    assert f"runs already in {program.home}: {program.run['api_url']}" in second.stderr
    assert "gateway   ready" in program.verb("status").stdout
    sent = program.verb("submit", str(DOCUMENT), "--type", "simple_invoice", "--wait")
    assert sent.returncode == 0, sent.stderr
    result = program.verb("result", sent.stdout.split()[0])
    assert json.loads(result.stdout)["fields"]["invoice_number"]["value"] == "471102"
    assert program.verb("dlq", "list").stdout == ""
    assert program.verb("migrate").returncode == 0
    assert "program.ready" in program.verb("logs").stdout
    assert program.verb("down").stdout == "stopped\n"
    assert program.process.wait(5) == 0


def test_nothing_outlives_a_killed_program_and_its_documents_go_on_afterwards(start: Start) -> None:
    program = start().ready()
    with program.http() as http:
        process_id = submit(http)
    assert program.run["pids"]["postgres"] in below(program.process.pid)
    program.kill()
    with start().ready().http() as http:
        assert final_state(http, process_id) in {"completed", "hitl_review"}


def test_documents_survive_when_everything_is_killed_at_once(start: Start) -> None:
    program = start().ready()
    with program.http() as http:
        process_id = submit(http)
    program.kill_all()
    with start().ready().http() as http:
        assert final_state(http, process_id) in {"completed", "hitl_review"}


def test_a_database_that_dies_comes_back_and_the_program_goes_on(start: Start) -> None:
    program = start().ready()
    os.kill(program.run["pids"]["postgres"], signal.SIGKILL)
    until = time.monotonic() + 30
    with program.http() as http:
        while http.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.2)
        assert final_state(http, submit(http)) in {"completed", "hitl_review"}
    assert program.stop(signal.SIGINT).code == 0


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        program = start(API__PORT=str(other.getsockname()[1]))
        assert program.died(30) == 1
    assert "DOCFLOW_API__PORT" in program.said()


def test_in_the_background_it_returns_once_it_answers(home: Path) -> None:
    """Without a port asked for: it finds one."""

    def verb(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "docflow_cli", *words],
            env={"PATH": os.environ["PATH"], "DOCFLOW_HOME": str(home)},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    detached = verb("up", "--detach")
    assert detached.returncode == 0, detached.stderr
    assert "DocFlow AI runs at" in detached.stdout
    assert verb("down").stdout == "stopped\n"
