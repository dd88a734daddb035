"""The small server of a service that runs alone, over a real database."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.live.memory import MemoryLive
from docflow.db.database import Database
from docflow.domain.errors import UserError
from docflow.runtime.admin_server import open_admin_server
from docflow.runtime.container import Container
from docflow.runtime.measures import measure_audit, measure_engine
from docflow.runtime.settings import AdminSettings, Settings
from docflow.testing.transport import MemoryTransport


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def made(database: Database, audit_database: Database, port: int | None) -> Container:
    unused: dict[str, None] = dict.fromkeys(
        (
            "urls",
            "blobs",
            "workbench",
            "chat",
            "egress",
            "sealing",
            "provider",
            "read_image",
            "cache",
            "limits",
            "mail",
        )
    )
    return Container(
        settings=Settings(_env_file=None, admin=AdminSettings(port=port)),
        stopping=asyncio.Event(),
        clock=SystemClock(),
        database=database,
        beat_database=database,
        audit_database=audit_database,
        transport=MemoryTransport(),
        live=MemoryLive(),
        **unused,
    )


@pytest.fixture
def container(database: Database, audit_database: Database) -> Container:
    return made(database, audit_database, free_port())


@pytest.fixture
async def admin(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    container.serving.set()
    address = f"http://127.0.0.1:{container.settings.admin.port}"
    async with open_admin_server(container, "worker-ocr"), httpx.AsyncClient(base_url=address) as http:
        yield http


async def test_a_living_service_is_healthy(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_service_with_its_database_is_ready(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (
        200,
        {"database": "ok", "migrations": "ok", "transport": "ok"},
    )


async def test_a_service_that_stops_is_not_ready(admin: httpx.AsyncClient, container: Container) -> None:
    container.stopping.set()
    assert (await admin.get("/readyz")).status_code == 503
    assert (await admin.get("/healthz")).status_code == 200


async def test_a_service_that_is_not_loaded_is_not_ready(
    admin: httpx.AsyncClient, container: Container
) -> None:
    container.serving.clear()
    answer = await admin.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["service"]) == (503, "pending")


async def test_the_state_names_the_service_and_its_connections(admin: httpx.AsyncClient) -> None:
    told = (await admin.get("/status")).json()
    assert told["service"] == "worker-ocr"
    assert told["connections"]["most"] == 10


async def test_metrics_show_the_queue_of_the_database(admin: httpx.AsyncClient, container: Container) -> None:
    measure_engine(container.metrics, container.database)
    measure_audit(container.metrics, container.audit_database)
    text = (await admin.get("/metrics")).text
    assert 'docflow_queue_runs_ready{stage="INGEST"} 0.0' in text
    assert 'docflow_workers_alive{worker="worker-ocr"} 0.0' in text
    assert "docflow_audit_lag_seconds 0.0" in text
    assert "docflow_engine_measured 1.0" in text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/processes", 404), ("POST", "/healthz", 405)]
)
async def test_nothing_else_is_answered(
    admin: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    assert (await admin.request(method, path)).status_code == status


async def test_many_questions_come_over_one_connection(admin: httpx.AsyncClient) -> None:
    answers = [(await admin.get("/healthz")).status_code for _ in range(5)]
    assert answers == [200] * 5


async def test_what_is_not_http_is_hung_up_on(admin: httpx.AsyncClient, container: Container) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", container.settings.admin.port)
    writer.write(b"\x16\x03\x01 hello\r\n\r\n")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_a_port_in_use_is_said_in_one_line(database: Database, audit_database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        container = made(database, audit_database, taken.getsockname()[1])
        with pytest.raises(UserError, match="DOCFLOW_ADMIN__PORT"):
            async with open_admin_server(container, "worker-ocr"):
                pass


async def test_without_a_port_nothing_is_opened(database: Database, audit_database: Database) -> None:
    async with open_admin_server(made(database, audit_database, None), "worker-ocr"):
        pass


async def test_a_database_that_is_away_leaves_no_old_figures() -> None:
    nowhere = Database("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_timeout_s=1)
    container = made(nowhere, nowhere, free_port())
    measure_engine(container.metrics, nowhere)
    text = (await container.metrics.render()).decode()
    assert "docflow_engine_measured 0.0" in text
    assert "docflow_queue_runs_ready{" not in text
