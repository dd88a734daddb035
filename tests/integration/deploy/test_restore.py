"""A stack is dumped, its database thrown away and put back by the scripts: what was there is there, and works on."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest
from docflow.adapters.postgres.embedded import throw_away_postgres
from docflow.db.roles import libpq_url
from docflow.features.models import METADATA
from docflow_client import DocflowClient
from sqlalchemy import make_url

from tests.integration.deploy.stack import Stack, psql
from tests.unit.deploy.compose_file import DEPLOY, python_services

pytestmark = [pytest.mark.full, pytest.mark.timeout(240)]

DOCUMENT = Path(__file__).parents[2] / "data" / "demo" / "facturx-lieferant-471102.pdf"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with throw_away_postgres() as server:
        made = Stack(tmp_path, server)
        with closing(made):
            made.once("migrate")
            made.once("migrate", "seed", "--force")
            yield made


def script(stack: Stack, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    at = make_url(stack.server)
    return subprocess.run(
        ["sh", str(DEPLOY / "backup" / name), *words],
        env={
            "PATH": f"{psql()}:{os.environ['PATH']}:{os.defpath}",
            "PGHOST": str(at.host),
            "PGPORT": str(at.port),
            "PGUSER": str(at.username),
            "PGPASSWORD": str(at.password),
            "BACKUP_FOLDER": str(stack.folder / "backups"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def asked(url: str, statement: str, client_id: UUID | None = None) -> list[tuple[object, ...]]:
    with psycopg.connect(libpq_url(url)) as connection:
        bound = str(client_id or "")
        connection.execute("SELECT set_config('app.current_client_id', %s, true)", (bound,))
        return connection.execute(statement.encode()).fetchall()


def database(stack: Stack) -> str:
    return make_url(stack.server).set(database="docflow").render_as_string(hide_password=False)


def rows(stack: Stack) -> dict[str, object]:
    """How many rows each table holds, past row-level security."""
    names = [*METADATA.tables, "alembic_version"]
    return {name: asked(database(stack), f"SELECT count(*) FROM {name}")[0][0] for name in names}


def start(stack: Stack, *names: str) -> None:
    for replica in [stack.start(name) for name in names]:
        replica.wait_ready()


def client_of(stack: Stack) -> DocflowClient:
    return DocflowClient(stack.api, transport=httpx.HTTPTransport())


def read_one_document(stack: Stack) -> UUID:
    start(stack, *python_services())
    with client_of(stack) as client:
        client.login("admin@acme.com", "password123")
        process = client.processes.submit([DOCUMENT], "simple_invoice")
        client.processes.wait_for(process.process_id, timeout_s=90)
    until = time.monotonic() + 60
    while not asked(database(stack), "SELECT FROM audit_logs") and time.monotonic() < until:
        time.sleep(0.2)
    for replica in stack.replicas:
        replica.stop()
    return process.process_id


def test_what_was_dumped_is_put_back_whole_and_goes_on(stack: Stack) -> None:
    process_id = read_one_document(stack)
    before = rows(stack)
    assert (before["processes"], before["documents"], before["audit_logs"] != 0) == (1, 1, True)
    done = script(stack, "backup.sh", "now")
    assert done.returncode == 0, done.stderr
    (dump,) = (stack.folder / "backups" / "daily").glob("docflow-*.dump")

    with psycopg.connect(libpq_url(database(stack))) as connection:
        connection.execute("DROP TABLE pages, documents CASCADE")
    done = script(stack, "restore.sh", str(dump))
    assert done.returncode == 0, done.stderr

    assert rows(stack) == before
    assert "the log is whole" in stack.once("service-audit", "audit", "verify")
    app = (stack.secrets / "database_url").read_text().strip()
    clients = [row[0] for row in asked(database(stack), "SELECT client_id FROM clients")]
    (owner,) = asked(database(stack), "SELECT client_id FROM processes")[0]
    seen = {each: len(asked(app, "SELECT FROM processes", each)) for each in (*clients, None)}
    assert seen == {**dict.fromkeys((*clients, None), 0), owner: 1}

    stack.once("migrate")
    start(stack, "backend-api")
    with client_of(stack) as client:
        client.login("admin@acme.com", "password123")
        assert client.processes.get(process_id).status in {"completed", "hitl_review"}


def test_a_dump_that_cannot_be_read_leaves_the_database_as_it_was(stack: Stack) -> None:
    before = rows(stack)
    assert script(stack, "backup.sh", "now").returncode == 0
    (dump,) = (stack.folder / "backups" / "daily").glob("docflow-*.dump")
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    assert script(stack, "restore.sh", str(dump)).returncode == 1
    assert rows(stack) == before
    assert asked(stack.server, "SELECT datname::text FROM pg_database WHERE datname LIKE 'docflow%'") == [
        ("docflow",)
    ]
