"""From a file handed in to its result: how long one takes on a warm program, and how many pass in a second.

Each figure stands beside a reference of the same run: a plain request to the same server, and a commit of one row in
the same database. On a busy machine all of them grow together.
"""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from docflow.db.roles import libpq_url

from tests.e2e.program import Program
from tests.load.homes import a_home
from tests.load.invoices import BORN_DIGITAL, E_INVOICE, invoice

ONE_AFTER_ANOTHER = 25
MANY = 100
AT_ONCE = 8

Figures = dict[str, float]
_NUMBERS = itertools.count(1)


def measure() -> Figures:
    with a_home() as home, running(home) as program, program.http() as http:
        for name in (E_INVOICE, BORN_DIGITAL):
            # The first of a kind pays for imports and the child process.
            [hand_in(http, paper) for paper in papers(name, 3)]
        return {
            "get_p50_s": _p50(lambda _: _get(http)),
            "commit_p50_s": _commit_p50(program),
            **_in_turns(http, {"e_invoice": E_INVOICE, "born_digital": BORN_DIGITAL}),
            **_throughput(http),
            "transactions_per_e_invoice": _transactions(program, http),
        }


@contextmanager
def running(home: Path) -> Iterator[Program]:
    program = Program(home)
    try:
        yield program.ready()
        program.stop()
    finally:
        program.end()


@dataclass(frozen=True, slots=True)
class Paper:
    """A file and the invoice number that it bears alone."""

    file: str
    number: str
    content: bytes


def papers(name: str, count: int) -> list[Paper]:
    """Made before the clock runs."""
    return [Paper(name, *invoice(name, next(_NUMBERS))) for _ in range(count)]


def hand_in(http: httpx.Client, paper: Paper) -> None:
    """Waited for until it is completed, with its own number read."""
    kind = "application/xml" if paper.file.endswith(".xml") else "application/pdf"
    answer = http.post(
        "/v1/processes?wait=30",
        data={"process_type_id": "simple_invoice"},
        files={"files": (paper.file, paper.content, kind)},
    )
    told = answer.json()
    if (answer.status_code, told.get("status")) != (200, "completed"):
        raise SystemExit(f"{paper.file} ended with {answer.status_code} {told.get('status')}: {_why(told)}")
    if told["result"]["data"]["invoice_number"] != paper.number:
        raise SystemExit(f"{paper.file}: another number was read than {paper.number}")


def _why(told: Mapping[str, Any]) -> list[str]:
    return [reason["code"] for reason in told.get("review_reasons", ())]


def _in_turns(http: httpx.Client, names: Mapping[str, str]) -> Figures:
    """One of each after the other, so that what else the machine does weighs on all kinds alike."""
    made = {name: papers(file, ONE_AFTER_ANOTHER) for name, file in names.items()}
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(ONE_AFTER_ANOTHER):
        for name in names:
            taken[name].append(_seconds(lambda turn, name=name: hand_in(http, made[name][turn]), turn))
    return {
        **{f"{name}_p50_s": statistics.median(seconds) for name, seconds in taken.items()},
        **{f"{name}_quickest_s": min(seconds) for name, seconds in taken.items()},
    }


def _p50(act: Callable[[int], None]) -> float:
    return statistics.median(_seconds(act, turn) for turn in range(ONE_AFTER_ANOTHER))


def _seconds(act: Callable[[int], None], turn: int) -> float:
    began = time.perf_counter()
    act(turn)
    return time.perf_counter() - began


def _get(http: httpx.Client) -> None:
    http.get("/healthz").raise_for_status()


def _commit_p50(program: Program) -> float:
    url = libpq_url(program.run["admin_database_url"])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.bench_rows (n integer)")

        def commit(turn: int) -> None:
            connection.execute("INSERT INTO public.bench_rows VALUES (%s)", (turn,))

        seconds = _p50(commit)
        connection.execute("DROP TABLE public.bench_rows")
    return seconds


def _transactions(program: Program, http: httpx.Client) -> float:
    """Of the database, all told: from the request to the audit record, what polls meanwhile among them."""
    url = libpq_url(program.run["admin_database_url"])
    with psycopg.connect(url, autocommit=True) as connection:

        def committed() -> int:
            # A session tells of what it did once a second while it is busy, and when it rests.
            time.sleep(1.5)
            row = connection.execute(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
            ).fetchone()
            assert row is not None
            return int(row[0])

        before = committed()
        for paper in papers(E_INVOICE, ONE_AFTER_ANOTHER):
            hand_in(http, paper)
        return (committed() - before) / ONE_AFTER_ANOTHER


def _throughput(http: httpx.Client) -> Figures:
    made = papers(E_INVOICE, MANY)
    with ThreadPoolExecutor(AT_ONCE) as senders:
        began = time.perf_counter()
        waits = list(
            senders.map(lambda turn: _seconds(lambda _: hand_in(http, made[turn]), turn), range(MANY))
        )
        seconds = time.perf_counter() - began
    return {"e_invoices_per_s": MANY / seconds, "e_invoice_under_load_p50_s": statistics.median(waits)}
