import json
import os
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
