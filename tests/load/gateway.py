"""One gateway on a home folder of its own, with a bare route on the same server, engine and pool beside it.

    python -m tests.load.gateway HOME

Prints a line of JSON once it listens: port, key, token and the id of a process. Ends with its input.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from docflow.domain.access import Scope
from docflow.domain.ids import new_id
from docflow.domain.stages import Role
from docflow.features.api_keys.service import create_api_key
from docflow.features.users.models import RefreshSession
from docflow.runtime.container import Container, open_container
from docflow.runtime.local_state import LocalState
from docflow.runtime.logging import open_logging
from docflow.runtime.program import run_loop
from docflow.runtime.settings import LimitSettings, LogSettings, Settings
from docflow.testing.factories import Tenancy, add_document, add_process, add_tenancy
from docflow_api.app import create_app
from docflow_api.deps import Gateway
from fastapi import FastAPI, Request
from sqlalchemy import text
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bare(container: Container) -> FastAPI:
    """What a route costs that does no more than one read in a transaction."""
    app = FastAPI(openapi_url=None)

    @app.get("/bare")
    async def read() -> dict[str, int]:
        async with container.database.engine.begin() as connection:
            return {"one": (await connection.execute(text("SELECT 1"))).scalar_one()}

    @app.post("/bare/files", status_code=202)
    async def write(request: Request) -> dict[str, str]:
        """And what a file costs that is taken and put durably, and nothing else."""
        key = f"bare/{new_id()}/file"
        await container.blobs.put(key, await request.body(), overwrite=False)
        return {"key": key}

    return app


def beside(app: ASGIApp, other: ASGIApp) -> ASGIApp:
    async def choose(scope: AsgiScope, receive: Receive, send: Send) -> None:
        await (other if scope.get("path", "").startswith("/bare") else app)(scope, receive, send)

    return choose


async def prepare(container: Container, gateway: Gateway) -> dict[str, object]:
    database, now = container.database, container.clock.now()
    tenancy: Tenancy = await add_tenancy(database, "acme")
    process_id = await add_process(database, tenancy)
    await add_document(database, tenancy.client_id, process_id)
    async with database.client(tenancy.client_id) as session:
        _, key = await create_api_key(session, tenancy.client_id, "bench", tuple(Scope))
        family = new_id()
        session.add(
            RefreshSession(
                session_id=new_id(),
                client_id=tenancy.client_id,
                user_id=tenancy.admin_id,
                family_id=family,
                token_hash=family.bytes * 2,
                expires_at=now.replace(year=now.year + 1),
            )
        )
    token = gateway.tokens.issue(
        user_id=tenancy.admin_id, client_id=tenancy.client_id, role=Role.ADMIN, session_id=family, at=now
    )
    return {"key": key, "token": token, "process_id": str(process_id), "type": tenancy.process_type_id}


async def serve(home: Path) -> None:
    settings = Settings(
        _env_file=None,
        home=home,
        limits=LimitSettings(requests_per_minute=100_000_000),
        log=LogSettings(),
    )
    stopping = asyncio.Event()
    async with open_container(settings, stopping) as container:
        app = create_app(container)
        told = await prepare(container, app.state.gateway)
        config = uvicorn.Config(
            beside(app, bare(container)),
            port=0,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=False,
        )
        server = Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        told["port"] = server.servers[0].sockets[0].getsockname()[1]
        print(json.dumps(told), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        stopping.set()
        server.should_exit = True
        await serving


def main(home: Path) -> None:
    LocalState(home).make()
    with open_logging(LogSettings(), home, terminal=False):
        run_loop(serve(home))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
