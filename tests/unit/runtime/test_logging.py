import io
import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from docflow.domain.errors import TransientError
from docflow.runtime.logging import BLANK, open_logging
from docflow.runtime.settings import LogSettings

Line = dict[str, object]


@pytest.fixture
def logged(tmp_path: Path) -> Callable[[Callable[[structlog.stdlib.BoundLogger], None]], Line]:
    """Write with a logger to a home folder's file and give back the line."""

    def write(act: Callable[[structlog.stdlib.BoundLogger], None]) -> Line:
        with open_logging(LogSettings(), tmp_path, terminal=False):
            act(structlog.get_logger("docflow.test"))
        line: Line = json.loads((tmp_path / "logs" / "docflow.log").read_text())
        return line

    return write


def test_an_event_is_a_name_with_its_fields_level_and_time_in_utc(logged: Callable[..., Line]) -> None:
    line = logged(lambda log: log.info("stage.held", stage="OUTPUT", duration_ms=12))
    assert (
        line.items() >= {"event": "stage.held", "level": "info", "stage": "OUTPUT", "duration_ms": 12}.items()
    )
    assert str(line["timestamp"]).endswith("Z")


def test_what_was_bound_at_the_edge_is_on_the_line(logged: Callable[..., Line]) -> None:
    def act(log: structlog.stdlib.BoundLogger) -> None:
        with structlog.contextvars.bound_contextvars(service="worker-ocr"):
            log.info("run.claimed")

    assert logged(act)["service"] == "worker-ocr"


@pytest.mark.parametrize(
    "name",
    ["password", "refresh_token", "api_key", "Authorization", "client_secret", "text", "value", "body"],
)
def test_secrets_and_contents_are_blanked_by_their_names(logged: Callable[..., Line], name: str) -> None:
    assert logged(lambda log: log.info("a.b", **{name: "canary"}))[name] == BLANK


@pytest.mark.parametrize("name", ["input_tokens", "tokens_output", "key", "context"])
def test_counters_and_harmless_names_stay(logged: Callable[..., Line], name: str) -> None:
    assert logged(lambda log: log.info("a.b", **{name: 7}))[name] == 7


def test_a_login_inside_a_url_is_blanked(logged: Callable[..., Line]) -> None:
    line = logged(lambda log: log.info("a.b", url="postgresql+psycopg://app:canary@db:5432/x"))
    assert line["url"] == f"postgresql+psycopg://{BLANK}@db:5432/x"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\x85", "\u2028"])
def test_a_line_break_in_a_field_begins_no_second_record(logged: Callable[..., Line], ending: str) -> None:
    forged = f'a.pdf{ending}{{"event": "user.signed_in", "level": "info"}}'
    line = logged(lambda log: log.info("document.stored", file_name=forged))
    assert (line["event"], line["file_name"]) == ("document.stored", forged)


def test_an_error_of_a_library_is_named_without_its_text(logged: Callable[..., Line]) -> None:
    def act(log: structlog.stdlib.BoundLogger) -> None:
        try:
            int("canary")
        except ValueError:
            log.exception("a.b")

    line = logged(act)
    assert line["error"] == "ValueError"
    assert "canary" not in json.dumps(line)
    assert "test_logging.py" in json.dumps(line["frames"])


def test_an_error_of_ours_keeps_its_code_and_text_and_names_its_cause(logged: Callable[..., Line]) -> None:
    def act(log: structlog.stdlib.BoundLogger) -> None:
        try:
            try:
                int("canary")
            except ValueError as cause:
                raise TransientError("not now", code="database_busy") from cause
        except TransientError:
            log.exception("a.b")

    assert logged(act)["error"] == "TransientError database_busy: not now < ValueError"


def test_errors_that_libraries_log_are_named_without_their_text(tmp_path: Path) -> None:
    with open_logging(LogSettings(), tmp_path, terminal=False):
        try:
            int("canary")
        except ValueError:
            logging.getLogger("uvicorn.error").exception("went wrong")
    written = (tmp_path / "logs" / "docflow.log").read_text()
    assert json.loads(written)["error"] == "ValueError"
    assert "canary" not in written


def test_the_file_is_for_its_owner_only_and_put_aside_when_full(tmp_path: Path) -> None:
    with open_logging(LogSettings(file_bytes=2_000), tmp_path, terminal=False):
        for _ in range(50):
            structlog.get_logger().info("a.b")
    logs = tmp_path / "logs"
    assert (logs / "docflow.log").stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in logs.iterdir())[:2] == ["docflow.log", "docflow.log.1"]


def test_the_terminal_gets_lines_for_people_or_json_by_setting(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with open_logging(LogSettings(json_lines=True), None):
        structlog.get_logger().warning("a.b", n=1)
    assert json.load(io.StringIO(capsys.readouterr().err))["n"] == 1
    with open_logging(LogSettings(), None):
        structlog.get_logger().warning("a.b", n=1)
    assert "a.b" in capsys.readouterr().err


def test_the_level_holds_for_every_logger(tmp_path: Path) -> None:
    with open_logging(LogSettings(level="ERROR"), tmp_path, terminal=False):
        structlog.get_logger("docflow").warning("a.b")
        logging.getLogger("other").warning("text")
    assert (tmp_path / "logs" / "docflow.log").read_text() == ""
