"""Through PgBouncer in transaction mode: many clients take turns on one server connection. No broker answers."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from docflow.adapters.postgres.embedded import throw_away_postgres
from docflow.db.database import Database
from docflow_client import DocflowClient
from sqlalchemy import make_url, text

from tests.integration.deploy.pooler import open_pooler
from tests.integration.deploy.stack import Stack
from tests.unit.deploy.compose_file import python_services

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

DEMO = Path(__file__).parents[2] / "data" / "demo"
ROLES = {"docflow_app": "app_password", "docflow_audit": "audit_password"}


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A migrated stack whose services reach the database through the pooler; none has been started."""
    # Not below pytest's folder, which is closed to the account that PgBouncer runs as.
    with throw_away_postgres() as server, tempfile.TemporaryDirectory(prefix="docflow-pooler-") as folder:
        stack = Stack(tmp_path_factory.mktemp("pooled"), server)
        stack.once("migrate")
        stack.once("migrate", "seed", "--force")
        passwords = {role: (stack.secrets / name).read_text().strip() for role, name in ROLES.items()}
        port = make_url(server).port
        assert port is not None
        with open_pooler(Path(folder), server_port=port, database="docflow", passwords=passwords) as pooler:
            direct = (stack.secrets / "database_url").read_text().strip()
            for name in ("database_url", "audit_url"):
                url = (stack.secrets / name).read_text()
                stack.replace_secret(name, url.replace(f":{port}/", f":{pooler}/"))
            stack.settings.update(DOCFLOW_DB__TRANSACTION_POOLER="true", DOCFLOW_DB__LISTEN_URL=direct)
            try:
                yield stack
            finally:
                stack.close()


def app_url(stack: Stack) -> str:
    return (stack.secrets / "database_url").read_text().strip()


async def test_clients_that_take_turns_never_see_each_other(pooled: Stack) -> None:
    databases = [
        Database(app_url(pooled), pool_size=4, max_overflow=0, transaction_pooler=True) for _ in range(3)
    ]

    async def look(database: Database, client_id: UUID) -> tuple[str, str, str, int]:
        async with database.client(client_id) as session:
            await session.execute(text("SELECT pg_sleep(0.002)"))
            row = (
                await session.execute(
                    text(
                        "SELECT current_setting('app.current_client_id') AS bound, current_setting('timezone') AS zone,"
                        " current_setting('statement_timeout') AS limit_, pg_backend_pid() AS backend"
                    )
                )
            ).one()
            return row.bound, row.zone, row.limit_, row.backend

    try:
        wanted = [uuid4() for _ in range(120)]
        seen = await asyncio.gather(
            *(look(databases[number % 3], client_id) for number, client_id in enumerate(wanted))
        )
    finally:
        for database in databases:
            await database.aclose()
    assert [bound for bound, _, _, _ in seen] == [str(client_id) for client_id in wanted]
    assert {(zone, limit) for _, zone, limit, _ in seen} == {("UTC", "30s")}
    assert len({backend for _, _, _, backend in seen}) == 1


def test_the_whole_program_works_on_one_connection(pooled: Stack) -> None:
    for name in python_services():
        pooled.start(name)
    for replica in pooled.replicas:
        replica.wait_ready()
    with DocflowClient(pooled.api, transport=httpx.HTTPTransport()) as client:
        client.login("admin@acme.com", "password123")
        files = sorted(DEMO.glob("*.xml")) + sorted(DEMO.glob("facturx-*.pdf"))
        processes = [client.processes.submit([path], "simple_invoice") for path in files for _ in range(3)]
        ended = {client.processes.wait_for(process.process_id).status for process in processes}
    assert ended <= {"completed", "hitl_review"}
    assert {replica.name: replica.stop()[0] for replica in pooled.replicas} == dict.fromkeys(
        python_services(), 0
    )
