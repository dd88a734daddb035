"""Where the gateway listens and how it is reached."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from docflow.domain.errors import UserError
from docflow.runtime.settings import ApiSettings, Settings

_PORTS_TRIED = 50
_BACKLOG = 2048
_READY_S = 30.0
_ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


@contextmanager
def open_listener(api: ApiSettings, *, may_move: bool = True) -> Iterator[socket.socket]:
    """The gateway's address, taken at once so that no other program can choose it in the meantime.

    The default port may move to the next free one, unless not `may_move`; a port that was asked for is used or refused
    with UserError `port_in_use`. Who connects before the gateway is up waits for it.
    """
    family = socket.AF_INET6 if ":" in api.host else socket.AF_INET
    for port in _ports(api) if may_move else (api.port,):
        try:
            listener = socket.create_server((api.host, port), family=family, backlog=_BACKLOG)
        except OSError:
            continue
        with listener:
            yield listener
        return
    raise UserError(
        f"port {api.port} on {api.host} is in use; set DOCFLOW_API__PORT to a free one",
        code="port_in_use",
    )


def at_listener(settings: Settings, listener: socket.socket) -> Settings:
    """The settings with the port that was taken."""
    port = listener.getsockname()[1]
    return settings.model_copy(update={"api": settings.api.model_copy(update={"port": port})})


def with_free_port(settings: Settings) -> Settings:
    """The port that `open_listener` would take now; for whoever does not listen in this process."""
    with open_listener(settings.api) as listener:
        return at_listener(settings, listener)


def _ports(api: ApiSettings) -> range:
    asked = "port" in api.model_fields_set
    return range(api.port, api.port + (1 if asked else _PORTS_TRIED))


def base_url(api: ApiSettings) -> str:
    """An address that can be opened on this machine."""
    host = _ANY_HOST.get(api.host, api.host)
    return f"http://[{host}]:{api.port}" if ":" in host else f"http://{host}:{api.port}"


async def until_answering(api: ApiSettings) -> None:
    """Return once the gateway answers; TimeoutError after half a minute."""
    async with (
        asyncio.timeout(_READY_S),
        httpx.AsyncClient(base_url=base_url(api), trust_env=False, timeout=_READY_S) as http,
    ):
        while True:
            try:
                await http.get("/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
