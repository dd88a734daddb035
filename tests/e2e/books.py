"""What an installation has on record, looked at from outside: through its database, its files and its API."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx
import psycopg
from docflow.db.roles import libpq_url
from psycopg.rows import dict_row

from tests.e2e.documents import Sample
from tests.e2e.receiver import Receiver

Row = dict[str, Any]

STAGES = ["INGEST", "INTELLIGENT_OCR", "INTELLIGENT_PROCESS", "OUTPUT"]

_OPEN_WORK = """
    SELECT (SELECT count(*) FROM processes WHERE status NOT IN ('completed', 'failed', 'cancelled', 'hitl_review'))
         + (SELECT count(*) FROM stage_runs WHERE status IN ('ready', 'claimed'))
         + (SELECT count(*) FROM output_actions WHERE status NOT IN ('completed', 'failed'))
         + (SELECT count(*) FROM webhook_deliveries WHERE state NOT IN ('delivered', 'failed'))
         + (SELECT count(*) FROM outbox) AS open
"""
_EXPORTING = """
    INSERT INTO configurations (config_id, client_id, process_type_id, version, state, input_schema, output_schema,
        validation_rules, plugin_name, confidence_threshold, duplicate_policy, prompt_ids, output_actions)
    SELECT gen_random_uuid(), client_id, process_type_id, version + 1, 'published', input_schema, output_schema,
        validation_rules, plugin_name, confidence_threshold, 'allow', prompt_ids,
        '[{"action_type": "file_export", "target_config": {"format": "json", "file_name": "{external_id}"}}]'
    FROM configurations WHERE version = 1 AND client_id IS NOT NULL
"""


class Installation(Protocol):
    home: Path
    run: Row
    """As in the run file: `admin_database_url` is the one looked at here."""

    def http(self) -> httpx.Client: ...


class Books:
    """Reads as the superuser of the program's own database, past row-level security."""

    def __init__(self, program: Installation) -> None:
        self._program = program

    def rows(self, query: str) -> list[Row]:
        with self.connected() as connection:
            return connection.execute(query).fetchall()

    def have_results_exported(self) -> None:
        """A next version of each client's configurations, whose results go into a file."""
        with self.connected() as connection:
            connection.execute(_EXPORTING)

    def until_nothing_is_open(self, within_s: float = 60) -> None:
        until = time.monotonic() + within_s
        while (left := self.rows(_OPEN_WORK)[0]["open"]) > 0:
            assert time.monotonic() < until, f"{left} pieces of work are still open after {within_s:g} s"
            time.sleep(0.1)

    def until_something_is_open(self, within_s: float = 10) -> None:
        until = time.monotonic() + within_s
        while self.rows(_OPEN_WORK)[0]["open"] == 0:
            assert time.monotonic() < until, f"nothing came within {within_s:g} s"
            time.sleep(0.02)

    def exports(self) -> dict[str, Any]:
        """Content of each exported file by its path in the store; also of such as should not be there."""
        store = self._program.home / "blobs"
        return {
            str(file.relative_to(store)): _read(file)
            for file in store.glob("*/exports/**/*")
            if file.is_file()
        }

    def connected(self) -> psycopg.Connection[Row]:
        url = libpq_url(self._program.run["admin_database_url"])
        connect: Any = psycopg.connect
        connection: psycopg.Connection[Row] = connect(url, row_factory=dict_row)
        return connection


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def prove_once(program: Installation, given: Sequence[Sample], receiver: Receiver) -> None:
    """Everything that was handed in stands where it should, and nothing happened twice or was lost on the way."""
    books = Books(program)
    books.until_nothing_is_open()
    processes = {str(row["process_id"]): row for row in books.rows("SELECT * FROM processes")}
    expected = Counter((each.key, each.status, each.code) for each in given)
    found = Counter((row["external_id"], row["status"], row["error_code"]) for row in processes.values())
    assert (found - expected, expected - found) == (Counter(), Counter())
    completed = [key for key, row in processes.items() if row["status"] == "completed"]
    _prove_stages(books, completed)
    _prove_audit(books, program, completed)
    _prove_exports(books, processes, completed)
    _prove_deliveries(books, processes, receiver)


def _prove_stages(books: Books, completed: Sequence[str]) -> None:
    """Each stage ended once, and no failure was counted for a worker's death."""
    runs = books.rows(
        "SELECT process_id, stage, status, failures FROM stage_runs ORDER BY created_at, run_id"
    )
    for process_id in completed:
        ended = [(run["stage"], run["status"]) for run in runs if str(run["process_id"]) == process_id]
        assert sorted(ended) == sorted((stage, "done") for stage in STAGES)
    assert {run["failures"] for run in runs} == {0}


def _prove_audit(books: Books, program: Installation, completed: Sequence[str]) -> None:
    """One record for each run that ended and for each try again, none besides; action and delivery one each."""
    ended = Counter(
        (row["run_id"], row["attempt"])
        for row in books.rows("SELECT run_id, attempt FROM stage_runs WHERE status IN ('done', 'failed')")
    )
    records = books.rows("SELECT run_id, attempt, payload, seq, client_id FROM audit_logs")
    told = Counter(
        (row["run_id"], row["attempt"])
        for row in records
        if row["run_id"] is not None and row["payload"]["outcome"] != "retried"
    )
    assert told == ended
    again = Counter((row["run_id"], row["attempt"]) for row in records if row["run_id"] is not None)
    assert set(again.values()) == {1}
    acts = Counter(row["payload"].get("action") for row in records if row["run_id"] is None)
    deliveries = books.rows("SELECT count(*) AS made FROM webhook_deliveries")[0]["made"]
    assert acts == Counter({"action_completed": len(completed), "webhook_delivered": deliveries})
    assert books.rows("SELECT * FROM audit_dead") == []
    with program.http() as http:
        verified = http.get("/v1/audit-logs/verify").json()
    assert (verified["ok"], verified["checked"], verified["broken"]) == (True, len(records), [])


def _prove_exports(books: Books, processes: Mapping[str, Row], completed: Sequence[str]) -> None:
    """One file for each completed process, at the place its action names, with the result as it stands."""
    actions = books.rows("SELECT process_id, status, result FROM output_actions")
    assert sorted((str(row["process_id"]), row["status"]) for row in actions) == sorted(
        (process_id, "completed") for process_id in completed
    )
    files = books.exports()
    assert sorted(files) == sorted(row["result"]["key"] for row in actions)
    for row in actions:
        content = files[row["result"]["key"]]
        process = processes[str(row["process_id"])]
        assert content["external_id"] == process["external_id"]
        assert content["fields"] == process["final_output"]["fields"]


def _prove_deliveries(books: Books, processes: Mapping[str, Row], receiver: Receiver) -> None:
    """One event for each end, delivered; what came twice came under one id and with one body."""
    made = books.rows("SELECT process_id, event_type, webhook_id, state FROM webhook_deliveries")
    ends = {
        "completed": "process.completed",
        "failed": "process.failed",
        "hitl_review": "process.review_required",
    }
    events = sorted((ends[row["status"]], key) for key, row in processes.items())
    assert sorted((row["event_type"], str(row["process_id"])) for row in made) == events
    assert {row["state"] for row in made} == {"delivered"}
    assert set(receiver.bodies) == {row["webhook_id"] for row in made}
    assert receiver.events() == events
    assert all(len(set(bodies)) == 1 for bodies in receiver.bodies.values())
