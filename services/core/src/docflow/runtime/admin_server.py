"""Health, state and metrics of a service that runs alone, over HTTP on a port of its own. For the inside network only."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import h11
import orjson
import structlog

from docflow.domain.errors import UserError
from docflow.runtime.container import Container
from docflow.runtime.metrics import CONTENT_TYPE
from docflow.runtime.readiness import Readiness, readiness
from docflow.runtime.settings import AdminSettings

log = structlog.get_logger(__name__)

_JSON = "application/json"
_IDLE_S = 30.0
_READ_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str = _JSON


Page = Callable[[], Awaitable[Answer]]


@asynccontextmanager
async def open_admin_server(container: Container, service: str) -> AsyncIterator[None]:
    """Answer while the block runs, also while the service drains. Without a port in the settings nothing opens.

    Raises UserError `port_in_use`.
    """
    given = container.settings.admin
    if given.port is None:
        yield
        return
    pages = AdminPages(container, service).by_path()
    with _listener(given) as listener:
        server = await asyncio.start_server(
            lambda reader, writer: _talk(reader, writer, pages), sock=listener
        )
        log.info("admin.listening", host=given.host, port=listener.getsockname()[1])
        try:
            yield
        finally:
            server.close()


def _listener(given: AdminSettings) -> socket.socket:
    assert given.port is not None
    family = socket.AF_INET6 if ":" in given.host else socket.AF_INET
    try:
        return socket.create_server((given.host, given.port), family=family)
    except OSError as error:
        raise UserError(
            f"port {given.port} on {given.host} cannot be used ({error.strerror}); DOCFLOW_ADMIN__PORT sets another",
            code="port_in_use",
        ) from error


class AdminPages:
    def __init__(self, container: Container, service: str) -> None:
        self._container = container
        self._service = service
        # The audit's login sees nothing else, and nothing else sees what it does.
        self._database = container.audit_database if service == "service-audit" else container.database
        self._since = container.clock.now()

    def by_path(self) -> Mapping[bytes, Page]:
        return {
            b"/healthz": self.healthz,
            b"/readyz": self.readyz,
            b"/status": self.status,
            b"/metrics": self.metrics,
        }

    async def healthz(self) -> Answer:
        return _json(200, {"status": "ok"})

    async def readyz(self) -> Answer:
        """503 also before the service takes work and while it stops."""
        found = await self._readiness()
        return _json(200 if found.ready else 503, {"status": found.status, "checks": found.checks})

    async def status(self) -> Answer:
        found = await self._readiness()
        now = self._container.clock.now()
        told = {
            "service": self._service,
            "status": found.status,
            "checks": found.checks,
            "stopping": self._container.stopping.is_set(),
            "started_at": self._since.isoformat(),
            "uptime_s": round((now - self._since).total_seconds(), 1),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "connections": self._database.connections(),
        }
        return _json(200, told)

    async def metrics(self) -> Answer:
        return Answer(200, await self._container.metrics.render(), CONTENT_TYPE)

    async def _readiness(self) -> Readiness:
        found = await readiness(self._database, self._container.transport, self._container.models)
        if self._container.stopping.is_set():
            return Readiness({**found.checks, "service": "unavailable"})
        if not self._container.serving.is_set():
            return Readiness({**found.checks, "service": "pending"})
        return found


def _json(status: int, told: object) -> Answer:
    return Answer(status, orjson.dumps(told))


async def _talk(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pages: Mapping[bytes, Page]
) -> None:
    """One connection to its end; what is not HTTP is answered by closing."""
    connection = h11.Connection(h11.SERVER)
    try:
        async with asyncio.timeout(_IDLE_S):
            while await _answer_next(connection, reader, writer, pages):
                connection.start_next_cycle()
    except (h11.ProtocolError, OSError, TimeoutError):
        pass
    finally:
        writer.close()


async def _answer_next(
    connection: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    pages: Mapping[bytes, Page],
) -> bool:
    """False when the other side is done."""
    request = None
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_READ_BYTES))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.EndOfMessage):
            break
        elif isinstance(event, h11.ConnectionClosed):
            return False
    assert request is not None
    answer = await _answer(request, pages)
    headers = [("content-type", answer.content_type), ("content-length", str(len(answer.body)))]
    parts = [
        connection.send(h11.Response(status_code=answer.status, headers=headers)),
        b"" if request.method == b"HEAD" else connection.send(h11.Data(data=answer.body)),
        connection.send(h11.EndOfMessage()),
    ]
    writer.write(b"".join(part for part in parts if part))
    await writer.drain()
    return connection.our_state is h11.DONE


async def _answer(request: h11.Request, pages: Mapping[bytes, Page]) -> Answer:
    if request.method not in (b"GET", b"HEAD"):
        return _json(405, {"status": "method not allowed"})
    page = pages.get(request.target.partition(b"?")[0])
    if page is None:
        return _json(404, {"status": "not found"})
    try:
        return await page()
    except Exception:
        # One page that fails must not take the others along.
        log.exception("admin.failed")
        return _json(500, {"status": "error"})
