"""The demo on RabbitMQ, Redis, S3 and a PostgreSQL of its own, each service a process."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from docflow.db import migrate
from docflow.db.roles import APP, AUDIT, OWNER, libpq_url, set_passwords

from tests.e2e.conftest import folder_for_servers
from tests.e2e.program import all_gone, below
from tests.e2e.servers import PASSWORD, Servers

pytestmark = pytest.mark.full


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Roles with passwords stand, as an operator makes them; the schema does not."""
    with folder_for_servers() as folder:
        made = Servers(folder)
        try:
            made.start()
            asyncio.run(migrate.upgrade(made.admin))
            asyncio.run(set_passwords(made.admin, dict.fromkeys((OWNER, APP, AUDIT), PASSWORD)))
            asyncio.run(migrate.downgrade(made.admin))
            yield made
        finally:
            made.close()


@pytest.mark.timeout(400)
def test_the_demo_reads_its_documents_on_servers_and_ends_what_it_started(servers: Servers) -> None:
    output = servers.folder / "demo.log"
    with output.open("wb") as out:
        demo = subprocess.Popen(
            [sys.executable, "-m", "docflow_cli", "demo", "--production", "--exit"],
            env=servers.environment(),
            cwd="/",
            stdout=out,
            stderr=out,
        )
    family: set[int] = set()
    while demo.poll() is None:
        family.update(below(demo.pid))
        time.sleep(0.5)
    said = output.read_text()
    assert demo.returncode == 0, said + _logs(servers.folder)
    assert "documents reached their expected state" in said
    assert all_gone(list(family), 5)
    with psycopg.connect(libpq_url(servers.admin)) as connection:
        offset = connection.execute("SELECT next_offset FROM audit_offsets").fetchone()
        rows = connection.execute("SELECT count(*) FROM audit_logs").fetchone()
    assert offset is not None
    assert rows is not None
    assert (offset[0] > 0, rows[0] > 30) == (True, True)


def _logs(folder: Path) -> str:
    return "\n".join(
        log.read_text(errors="replace")[-1500:] for log in (folder / "home" / "logs").glob("*.log")
    )
