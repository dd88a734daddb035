"""The whole program, started as people start it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from docflow.adapters.postgres.home import parent_of_passing

DOCUMENT = Path(__file__).parents[2] / "data" / "demo" / "facturx-lieferant-471102.pdf"
FINAL = {"completed", "failed", "cancelled", "hitl_review"}

Json = dict[str, Any]


def verb(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "docflow_cli", *words],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Program:
    """`docflow up` on a home folder."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"],
            "DOCFLOW_HOME": str(home),
            "DOCFLOW_API__PORT": str(port),
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "docflow_cli", "up"],
            env=self.environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self) -> Json:
        """The run file, once it is there."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                pytest.fail(self.output())
            try:
                run: Json = json.loads((self.home / "run.json").read_text())
            except FileNotFoundError:
                run = {}
            if run.get("pids", {}).get("docflow") == self.process.pid:
                return run
            time.sleep(0.05)
        pytest.fail("no run file within a minute")

    def output(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.read()

    def verb(self, *words: str) -> subprocess.CompletedProcess[str]:
        return verb(self.environment, *words)

    def end(self, how: signal.Signals) -> tuple[int, float]:
        began = time.monotonic()
        self.process.send_signal(how)
        return self.process.wait(30), time.monotonic() - began


Start = Callable[..., Program]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One for all tests of this file: only the first start makes a database."""
    folder = Path(tempfile.mkdtemp(prefix="docflow-test-", dir=parent_of_passing()))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    started: list[Program] = []

    def begin(**environment: str) -> Program:
        started.append(Program(home, **environment))
        return started[-1]

    yield begin
    for program in started:
        if program.process.poll() is None:
            program.end(signal.SIGTERM)
        assert program.process.stdout is not None
        program.process.stdout.close()


def api(run: Json) -> httpx.Client:
    headers = {"Authorization": f"Bearer {run['api_key']}"}
    return httpx.Client(base_url=run["api_url"], headers=headers, timeout=20, trust_env=False)


def submit(run: Json) -> str:
    with api(run) as client:
        files = {"files": (DOCUMENT.name, DOCUMENT.read_bytes(), "application/pdf")}
        answer = client.post("/v1/processes", data={"process_type_id": "simple_invoice"}, files=files)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["process_id"])


def final_state(run: Json, process_id: str) -> str:
    until = time.monotonic() + 60
    with api(run) as client:
        while True:
            status = str(client.get(f"/v1/processes/{process_id}").json()["status"])
            if status in FINAL or time.monotonic() > until:
                return status
            time.sleep(0.2)


def children(pid: int) -> list[int]:
    """Everything below a process."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_gone(pids: list[int], within_s: float) -> bool:
    until = time.monotonic() + within_s
    while any(map(alive, pids)):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_a_document_goes_through_and_the_program_stops_cleanly(start: Start) -> None:
    program = start()
    run = program.ready()
    assert (program.home / "run.json").stat().st_mode & 0o777 == 0o600
    assert run["pids"]["docflow"] == program.process.pid
    assert final_state(run, submit(run)) in {"completed", "hitl_review"}
    code, seconds = program.end(signal.SIGTERM)
    assert (code, seconds < 5) == (0, True), program.output()
    assert not (program.home / "run.json").exists()
    assert f"DocFlow AI runs at {run['api_url']}" in program.output()


def test_the_verbs_work_beside_it(start: Start) -> None:
    program = start()
    run = program.ready()
    second = program.verb("up")
    assert second.returncode == 1
    assert f"runs already in {program.home}: {run['api_url']}" in second.stderr
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


@linux
def test_nothing_outlives_a_killed_program_and_its_documents_go_on_afterwards(start: Start) -> None:
    program = start()
    run = program.ready()
    process_id = submit(run)
    below = children(program.process.pid)
    assert run["pids"]["postgres"] in below
    program.end(signal.SIGKILL)
    assert all_gone(below, 8)
    assert final_state(start().ready(), process_id) in {"completed", "hitl_review"}


@linux
def test_documents_survive_when_everything_is_killed_at_once(start: Start) -> None:
    program = start()
    run = program.ready()
    process_id = submit(run)
    for pid in [program.process.pid, *children(program.process.pid)]:
        with suppress(ProcessLookupError):  # some go by themselves, with their parent
            os.kill(pid, signal.SIGKILL)
    program.process.wait()
    assert final_state(start().ready(), process_id) in {"completed", "hitl_review"}


def test_a_database_that_dies_comes_back_and_the_program_goes_on(start: Start) -> None:
    program = start()
    run = program.ready()
    os.kill(run["pids"]["postgres"], signal.SIGKILL)
    until = time.monotonic() + 30
    with api(run) as client:
        while client.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.2)
    assert final_state(run, submit(run)) in {"completed", "hitl_review"}
    assert program.end(signal.SIGINT)[0] == 0


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        program = start(DOCFLOW_API__PORT=str(other.getsockname()[1]))
        assert program.process.wait(30) == 1
    assert "DOCFLOW_API__PORT" in program.output()


def test_in_the_background_it_returns_once_it_answers(home: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "DOCFLOW_HOME": str(home)}
    detached = verb(environment, "up", "--detach")
    assert detached.returncode == 0, detached.stderr
    assert "DocFlow AI runs at" in detached.stdout
    assert verb(environment, "down").stdout == "stopped\n"
