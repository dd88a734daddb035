"""What a document costs each service: processor time, transactions and bytes of the database, one kind after another.

The services run as processes of their own beside private PostgreSQL, RabbitMQ and Redis. Processor time is little
touched by what else the machine does; `tests.load.capacity` makes its model of these figures.

`python -m tests.load.costs [--json FILE]` (Linux only; some minutes)
"""

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from docflow.db.roles import libpq_url

from tests.e2e.books import Books
from tests.e2e.conftest import folder_for_servers
from tests.e2e.documents import DEMO, RECEIPT
from tests.e2e.fleet import Fleet
from tests.e2e.servers import Servers
from tests.load.flow import papers
from tests.load.invoices import BORN_DIGITAL, E_INVOICE

WARM = 8
AT_ONCE = 4
DATABASE, BROKER = "postgresql", "rabbitmq"
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_SETTLE_S = 2.0
"""Servers tell of what they did, and audit records are written, a moment after the work."""


@dataclass(frozen=True, slots=True)
class Upload:
    file: str
    content: bytes
    kind: str
    process_type: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one document. `cpu_s` by service."""

    cpu_s: Mapping[str, float]
    transactions: float
    stored_bytes: float
    log_bytes: float
    """Of the write-ahead log."""
    per_s: float
    """Documents that passed in a second, with `AT_ONCE` senders on this machine."""

    def as_json(self) -> dict[str, object]:
        return {
            "cpu_s": {name: round(seconds, 4) for name, seconds in self.cpu_s.items()},
            "transactions": round(self.transactions, 1),
            "stored_bytes": round(self.stored_bytes),
            "log_bytes": round(self.log_bytes),
            "per_s": round(self.per_s, 2),
        }


def uploads(kind: str, count: int) -> list[Upload]:
    """Each another document, as far as its bytes go."""
    if kind == "receipt":
        picture = (DEMO / RECEIPT).read_bytes()
        marks = [os.urandom(8) for _ in range(count)]
        return [Upload(RECEIPT, picture + mark, "image/jpeg", "expense_receipt") for mark in marks]
    name, mime = {
        "e_invoice": (E_INVOICE, "application/xml"),
        "born_digital": (BORN_DIGITAL, "application/pdf"),
    }[kind]
    return [Upload(paper.file, paper.content, mime, "simple_invoice") for paper in papers(name, count)]


KINDS = {"e_invoice": 80, "born_digital": 80, "receipt": 16}


def measure() -> dict[str, Cost]:
    with _fleet() as fleet:
        books = Books(fleet)
        found = {}
        for kind, count in KINDS.items():
            _pass(fleet, books, uploads(kind, WARM))
            found[kind] = _cost(fleet, books, uploads(kind, count))
        return found


def _cost(fleet: Fleet, books: Books, given: Sequence[Upload]) -> Cost:
    before, stood = _seconds_of(fleet), _stand(fleet)
    began = time.monotonic()
    _pass(fleet, books, given)
    took_s = time.monotonic() - began
    time.sleep(_SETTLE_S)
    idle_s = _idle(fleet)
    spent = {
        name: seconds - before[name] - idle_s[name] * (took_s + _SETTLE_S)
        for name, seconds in _seconds_of(fleet).items()
    }
    written = [now - then for now, then in zip(_stand(fleet), stood, strict=True)]
    share = 1 / len(given)
    return Cost(
        {name: max(0.0, seconds * share) for name, seconds in spent.items()},
        *(amount * share for amount in written),
        per_s=len(given) / took_s,
    )


def _idle(fleet: Fleet, rest_s: float = 5.0) -> dict[str, float]:
    """Processor seconds a second, of services that have nothing to do."""
    before = _seconds_of(fleet)
    time.sleep(rest_s)
    return {name: (seconds - before[name]) / rest_s for name, seconds in _seconds_of(fleet).items()}


def _pass(fleet: Fleet, books: Books, given: Sequence[Upload]) -> None:
    """Until nothing of them is open."""
    with fleet.http() as http, ThreadPoolExecutor(AT_ONCE) as senders:
        list(senders.map(lambda upload: _send(http, upload), given))
    books.until_nothing_is_open(within_s=300)


def _send(http: httpx.Client, upload: Upload) -> None:
    http.post(
        "/v1/processes",
        data={"process_type_id": upload.process_type},
        files={"files": (upload.file, upload.content, upload.kind)},
    ).raise_for_status()


def _stand(fleet: Fleet) -> tuple[float, float, float]:
    """Transactions, bytes of the database and of its log until now."""
    with psycopg.connect(libpq_url(fleet.run["admin_database_url"]), autocommit=True) as connection:
        row = connection.execute(
            "SELECT xact_commit, pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'::pg_lsn "
            "FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return float(row[0]), float(row[1]), float(row[2])


def _seconds_of(fleet: Fleet) -> dict[str, float]:
    """Processor seconds of each service until now, its children's among them."""
    trees = _children()
    roots = {**fleet.pids()}
    for name, pid in (
        (DATABASE, fleet.servers.postgres.status().pid),
        (BROKER, fleet.servers.rabbit.pid),
    ):
        assert pid is not None
        roots[name] = [pid]
    return {name: sum(_tree_s(root, trees) for root in given) for name, given in roots.items()}


def _tree_s(pid: int, trees: Mapping[int, Sequence[int]]) -> float:
    return _own_s(pid) + sum(_tree_s(child, trees) for child in trees.get(pid, ()))


def _own_s(pid: int) -> float:
    """With those of children that have ended; 0 for a process that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return sum(int(each) for each in fields[11:15]) * _TICK_S


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(") ")[2].split()[1])
        except OSError:
            continue
        found.setdefault(parent, []).append(int(folder.name))
    return found


@contextmanager
def _fleet() -> Iterator[Fleet]:
    with folder_for_servers() as folder:
        servers = Servers(folder, s3=False)
        made = None
        try:
            servers.start()
            servers.prepare()
            made = Fleet(servers, servers.environment(AUTH__SECRET="s" * 43), replicas_of_each=1)
            made.until_ready()
            yield made
        finally:
            if made is not None:
                made.close()
            servers.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.costs")
    parser.add_argument("--json", type=Path, default=None, help="write the figures here too")
    options = parser.parse_args()
    found = {kind: cost.as_json() for kind, cost in measure().items()}
    text = json.dumps(
        {"cores": os.cpu_count(), "load_average": round(os.getloadavg()[1], 1), "costs": found}, indent=1
    )
    print(text)
    if options.json is not None:
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
