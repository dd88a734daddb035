"""How the program ends, and what it leaves to the next start."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.e2e.books import Books, prove_once
from tests.e2e.conftest import Start
from tests.e2e.documents import MIXED, RECEIPT, XML, hand_in, hand_in_all, samples
from tests.e2e.program import Program, below
from tests.e2e.receiver import Receiver

pytestmark = pytest.mark.full

IDLE_STOP_S = 5.0
BUSY_STOP_S = 10.0


@pytest.mark.alone
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_program_stops_soon_and_leaves_no_child(how: signal.Signals, start: Start) -> None:
    stopped = start().ready().stop(how)
    assert (stopped.code, stopped.left) == (0, [])
    assert stopped.seconds < IDLE_STOP_S
    start().ready()


@pytest.mark.alone
def test_a_program_that_is_starting_stops_as_well(start: Start) -> None:
    program = start()
    until = time.monotonic() + 30
    while not below(program.process.pid) and time.monotonic() < until:
        time.sleep(0.02)
    stopped = program.stop()
    assert (stopped.code, stopped.left) == (0, [])
    assert stopped.seconds < IDLE_STOP_S


@pytest.mark.alone
def test_work_in_hand_is_released_and_goes_on_at_once_after_the_next_start(
    start: Start, receiver: Receiver
) -> None:
    given = samples((*MIXED, RECEIPT, RECEIPT))
    allowed = {"EGRESS__ALLOW": receiver.address}
    program = start(**allowed).ready()
    with program.http() as http:
        hand_in_all(http, given, receiver.url)
    stopped = program.stop()
    assert (stopped.code, stopped.left) == (0, [])
    assert stopped.seconds < BUSY_STOP_S
    again = start(**allowed).ready()
    runs = Books(again).rows("SELECT losses, failures FROM stage_runs")
    assert {(run["losses"], run["failures"]) for run in runs} == {(0, 0)}
    prove_once(again, given, receiver)


@pytest.mark.alone
def test_a_wait_for_a_result_does_not_hold_the_stop_up(start: Start, receiver: Receiver) -> None:
    program = start(EGRESS__ALLOW=receiver.address).ready()
    (sample,) = samples((RECEIPT,))
    with program.http() as http, ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(hand_in, http, sample, receiver.url, wait_s=50)
        Books(program).until_something_is_open()
        stopped = program.stop()
        assert waiting.result().status_code in (200, 202)
    assert (stopped.code, stopped.left) == (0, [])
    assert stopped.seconds < BUSY_STOP_S


def test_a_second_program_on_the_same_home_says_who_runs_it(start: Start) -> None:
    program = start().ready()
    second = program.verb("up")
    assert second.returncode == 1
    assert f"runs already in {program.home}: {program.run['api_url']}" in second.stderr
    assert "Traceback" not in second.stderr


def test_two_programs_started_at_once_on_one_home_are_one(start: Start) -> None:
    one, other = start(), start()
    ended, running = _first_to_end(one, other)
    assert (ended.process.returncode, "Traceback" in ended.said()) == (1, False)
    running.ready()


def _first_to_end(one: Program, other: Program) -> tuple[Program, Program]:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for ended, running in ((one, other), (other, one)):
            if ended.process.poll() is not None:
                return ended, running
        time.sleep(0.05)
    raise AssertionError("both run")


def test_a_database_that_is_killed_costs_503s_for_a_moment_and_nothing_else(
    start: Start, receiver: Receiver
) -> None:
    given = samples(MIXED)
    program = start(EGRESS__ALLOW=receiver.address).ready()
    with program.http() as http:
        hand_in_all(http, given, receiver.url)
        os.kill(program.run["pids"]["postgres"], signal.SIGKILL)
        answers = _until_ready(http)
        assert set(answers) <= {200, 503}
        late = samples((*MIXED, XML))[-1]
        assert hand_in(http, late, receiver.url).status_code == 202
    prove_once(program, [*given, late], receiver)
    assert program.process.poll() is None


def _until_ready(http: httpx.Client) -> list[int]:
    """Statuses of a plain request until the program is ready again."""
    answers: list[int] = []
    until = time.monotonic() + 20
    while http.get("/readyz").status_code != 200 or not answers:
        answers.append(http.get("/v1/processes").status_code)
        assert time.monotonic() < until
        time.sleep(0.05)
    return [*answers, http.get("/v1/processes").status_code]


def test_a_run_file_of_a_killed_program_does_not_keep_the_next_from_starting(start: Start) -> None:
    start().ready().kill_all()
    assert start().ready().stop().code == 0


@pytest.mark.parametrize("after_s", [0.0, 0.3, 0.8, 1.5, 3.0])
def test_a_service_that_is_told_to_stop_while_it_starts_leaves_no_trace(
    after_s: float, tmp_path: Path
) -> None:
    """143 until it can stop in order, 0 from then on; before its first line of Python the signal itself ends it."""
    starting = subprocess.Popen(
        [sys.executable, "-m", "docflow_cli", "run", "worker-processor"],
        env={
            "PATH": os.environ["PATH"],
            "DOCFLOW_HOME": str(tmp_path),
            "DOCFLOW_DB__URL": "postgresql+psycopg://nobody:nothing@127.0.0.1:1/none",
        },
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    time.sleep(after_s)
    starting.terminate()
    said, _ = starting.communicate(timeout=30)
    assert starting.returncode in (0, 143, -signal.SIGTERM), said
    assert "Traceback" not in said
