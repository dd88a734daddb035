"""Both forms of the client against the gateway on a real socket."""

import ast
import asyncio
import inspect
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from docflow.domain.ids import new_id
from docflow.domain.ports.live import Snapshot
from docflow.domain.webhook_signing import new_secret, signed_headers
from docflow.features.processes.models import Process
from docflow.testing.factories import Tenancy
from docflow_api.app import create_app
from docflow_client import AsyncDocflowClient, DocflowClient
from sqlalchemy import update

from tests.integration.api.conftest import KeyFor, World, pdf

README = Path(__file__).resolve().parents[3] / "services/client/README.md"
FINAL = {"fields": {}, "tables": {}, "documents": [], "data": {"total": 1}}


@dataclass(slots=True)
class Served:
    world: World
    tenancy: Tenancy
    address: str
    key: str

    async def settle_soon(self) -> None:
        """What is pending becomes completed, and says so."""
        database, client_id = self.world.container.database, self.tenancy.client_id
        change = update(Process).where(Process.client_id == client_id, Process.status == "pending")
        values = {"status": "completed", "final_output": FINAL, "version": Process.version + 1}
        while True:
            await asyncio.sleep(0.05)
            async with database.client(client_id) as session:
                rows = await session.execute(
                    change.values(values).returning(Process.process_id, Process.version, Process.updated_at)
                )
            for row in rows:
                await self.world.container.live.publish(
                    Snapshot(client_id, row.process_id, "completed", "OUTPUT", row.version, row.updated_at)
                )


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
async def served(
    world: World, two_clients: tuple[Tenancy, Tenancy], key_for: KeyFor
) -> AsyncIterator[Served]:
    app = create_app(world.container)
    server = Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    key = (await key_for(two_clients[0]))["Authorization"].removeprefix("Bearer ")
    one = Served(world, two_clients[0], f"http://127.0.0.1:{port}", key)
    settling = asyncio.create_task(one.settle_soon())
    yield one
    settling.cancel()
    with suppress(asyncio.CancelledError):
        await settling
    world.container.stopping.set()
    server.should_exit = True
    await serving


async def test_the_blocking_client_submits_waits_and_reads(served: Served) -> None:
    def work() -> tuple[str, list[str], Any]:
        with DocflowClient(served.address, served.key, transport=httpx.HTTPTransport()) as client:
            made = client.processes.submit([("a.pdf", pdf(str(new_id())))], served.tenancy.process_type_id)
            ended = client.processes.wait_for(made.process_id, timeout_s=30)
            listed = [one.status for one in client.processes.list(status="completed", limit=1)]
            return ended.status, listed, client.processes.result(made.process_id).data

    status, listed, data = await asyncio.to_thread(work)
    assert (status, data) == ("completed", {"total": 1})
    assert "completed" in listed


async def test_the_asynchronous_client_hears_of_the_end(served: Served) -> None:
    async with AsyncDocflowClient(served.address, served.key, transport=httpx.AsyncHTTPTransport()) as client:
        since = datetime.now(UTC)
        made = await client.processes.submit([("a.pdf", pdf(str(new_id())))], served.tenancy.process_type_id)
        async with asyncio.timeout(30):
            async for event in client.events.stream(since=since):
                if event.process_id == made.process_id and event.is_settled:
                    break
        assert (await client.processes.wait_for(made.process_id)).status == "completed"


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


async def test_the_examples_of_the_readme_run(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "invoice.pdf").write_bytes(pdf(str(new_id())))
    secret = new_secret()
    body = b'{"type":"process.completed","timestamp":"2026-11-20T12:00:00Z","data":{"process_id":"p-1"}}'
    names = {
        "address": served.address,
        "api_key": served.key,
        "content": pdf(str(new_id())),
        "body": body,
        "headers": signed_headers("msg_1", body, [secret], at=datetime.now(UTC)),
        "secret": secret,
        "former_secret": new_secret(),
    }
    for text in examples():
        source = text.replace("simple_invoice", served.tenancy.process_type_id)
        source = source.replace('Path("invoice.pdf")', f"Path({str(tmp_path / 'invoice.pdf')!r})")
        await run(source, names)
    said = capsys.readouterr().out
    assert "{'total': 1}" in said
    assert "not_found" in said
    assert "msg_1 process.completed p-1" in said


async def run(source: str, names: dict[str, Any]) -> None:
    code = compile(source, str(README), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        await eval(code, dict(names))
    else:
        await asyncio.to_thread(exec, code, dict(names))
