import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from docflow.runtime.local_state import LocalState, Run, own_start
from docflow_cli.main import app
from typer.testing import CliRunner, Result

VERBS = (
    "up",
    "down",
    "run",
    "migrate",
    "seed",
    "doctor",
    "status",
    "logs",
    "dlq",
    "db",
    "submit",
    "result",
    "demo",
    "audit",
    "broker",
    "mail",
    "n8n",
    "create-admin",
    "types",
    "retention",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCFLOW_HOME", str(tmp_path / "home"))
    for name in ("DOCFLOW_API_URL", "DOCFLOW_API_KEY", "DOCFLOW_DB__URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_help_names_every_verb() -> None:
    assert all(verb in call("--help").output for verb in VERBS)


def test_help_loads_nothing_heavy() -> None:
    line = (
        "import sys; from docflow_cli.main import app;"
        " print([name for name in ('sqlalchemy', 'psycopg', 'httpx', 'fastapi', 'rich.live', 'structlog', 'pydantic')"
        " if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", line], text=True).strip() == "[]"


def test_status_and_down_say_when_nothing_runs(home: Path) -> None:
    status = call("status")
    assert status.exit_code == 1
    assert "stopped; start it with `docflow up`" in status.output
    down = call("down")
    assert down.exit_code == 0
    assert f"nothing runs in {home}" in down.output


def test_an_unknown_service_is_refused_with_the_names_there_are(home: Path) -> None:
    refused = call("run", "worker-nope")
    assert refused.exit_code == 2
    assert "backend-api" in refused.output


def test_a_wrong_setting_is_named_without_its_value(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCFLOW_DB__URL", "mysql://user:hidden@db/x")
    refused = call("status")
    assert refused.exit_code == 2
    assert "DOCFLOW_DB__URL: the database URL must have the form postgresql+psycopg://" in refused.output
    assert "hidden" not in refused.output


def test_logs_shows_the_last_lines(home: Path) -> None:
    (home / "logs").mkdir(parents=True)
    (home / "logs" / "docflow.log").write_text("".join(json.dumps({"n": n}) + "\n" for n in range(9)))
    assert call("logs", "-n", "2").output == '{"n": 7}\n{"n": 8}\n'


def test_down_stops_the_program_that_the_run_file_names(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as program:
        started = time.time()
        state = LocalState(home)
        state.make()
        state.write_run(Run("http://127.0.0.1:1", "k", None, {"docflow": program.pid}, started))
        assert "stopped" in call("down").output
        assert program.wait(5) == -15


def test_submit_refuses_what_is_no_file_before_it_asks_anybody(home: Path) -> None:
    refused = call("submit", str(home / "missing.pdf"), "--type", "simple_invoice")
    assert refused.exit_code == 2
    assert "is no file" in refused.output


def test_retention_is_not_set_and_lifted_at_once(home: Path) -> None:
    refused = call("retention", "--days", "3", "--keep")
    assert refused.exit_code == 2
    assert "either --days, --if-days or --keep" in refused.output


def test_an_address_in_the_environment_goes_before_the_program_that_runs_here(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from docflow_cli.gateway import address_of

    state = LocalState(home)
    state.make()
    state.write_run(Run("http://127.0.0.1:1", "local", None, {"docflow": os.getpid()}, own_start()))
    assert address_of(home) == ("http://127.0.0.1:1", "local")
    monkeypatch.setenv("DOCFLOW_API_URL", "https://elsewhere")
    monkeypatch.setenv("DOCFLOW_API_KEY", "given")
    assert address_of(home) == ("https://elsewhere", "given")
