import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from docflow.runtime.local_state import LocalState, Run, own_start

RUN = Run("http://127.0.0.1:8000", "key", None, {"docflow": os.getpid()}, own_start())


def test_a_secret_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    first = LocalState(tmp_path).secret("auth")
    assert len(first) >= 32
    assert LocalState(tmp_path).secret("auth") == first
    assert LocalState(tmp_path).secret("other") != first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_the_run_file_names_the_program_and_is_for_its_owner_only(tmp_path: Path) -> None:
    state = LocalState(tmp_path)
    state.write_run(RUN)
    assert state.run() == RUN
    assert state.run_file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(state.run_file.read_text())) >= {"api_url", "api_key", "admin_database_url", "pids"}


def test_a_run_file_left_behind_does_not_count(tmp_path: Path) -> None:
    state = LocalState(tmp_path)
    assert state.run() is None
    state.write_run(replace(RUN, started_at=RUN.started_at - 3600))
    assert state.run() is None
    state.write_run(RUN)
    state.remove_run()
    assert state.run() is None


def test_programs_that_start_at_once_agree_on_a_secret(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from docflow.runtime.local_state import LocalState\n"
    code += "sys.stdin.readline(); state = LocalState(Path(sys.argv[1]))\n"
    code += "print(state.secret('auth'), state.secret(sys.argv[2]))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), f"own-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(5)
    ]
    for each in started:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [each.communicate(timeout=60)[0].split() for each in started]
    assert len({auth for auth, _ in said}) == 1
    state = LocalState(tmp_path)
    assert [state.kept_secret(f"own-{number}") for number in range(5)] == [own for _, own in said]
