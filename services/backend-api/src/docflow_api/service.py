"""The gateway as a service of the program."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from docflow.runtime.container import Container
from docflow.runtime.live_feed import feed_live
from docflow.runtime.measures import measure_engine
from docflow.runtime.service import Service

from docflow_api.app import create_app
from docflow_api.deps import Gateway

_log = structlog.get_logger()
STOP_S = 4
"""How long answers under way may take once the program stops, in seconds; streams end at once by themselves."""
KEEP_USES_S = 60.0
"""How often it is written when each API key was used last."""


class _Server(uvicorn.Server):
    """The program owns the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(container: Container) -> None:
    settings = container.settings.api
    app = create_app(container)
    measure_engine(container.metrics, container.database)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        # Nobody sends more than a pong here; compression would cost memory for each socket.
        ws_max_size=4096,
        ws_max_queue=8,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=STOP_S,
    )
    server = _Server(config)
    assert container.api_listener is not None
    # A copy: started anew, the gateway listens again.
    with container.api_listener.dup() as listener:
        _log.info("api.listening", host=settings.host, port=listener.getsockname()[1])
        async with asyncio.TaskGroup() as tasks:
            fanning = tasks.create_task(feed_live(container.transport, container.live))
            stopping = tasks.create_task(_stop(container, server))
            keeping = tasks.create_task(_keep_uses(app.state.gateway))
            await server.serve(sockets=[listener])
            fanning.cancel()
            stopping.cancel()
            keeping.cancel()
    await app.state.gateway.api_keys.keep_uses()
    if not container.stopping.is_set():
        raise RuntimeError("the web server ended by itself")


async def _keep_uses(gateway: Gateway) -> None:
    while True:
        await asyncio.sleep(KEEP_USES_S)
        await gateway.api_keys.keep_uses()


async def _stop(container: Container, server: uvicorn.Server) -> None:
    await container.stopping.wait()
    assert container.api_listener is not None
    container.api_listener.close()
    server.should_exit = True


SERVICE = Service("backend-api", _run)
