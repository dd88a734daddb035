"""Where the gateway listens and how it is reached."""

import asyncio
import socket

from docflow.domain.errors import UserError
from docflow.runtime.settings import ApiSettings, Settings

_PORTS_TRIED = 50
_READY_S = 30.0
_ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


def with_free_port(settings: Settings) -> Settings:
    """The default port may move to the next free one; a port that was asked for is used or refused."""
    asked = "port" in settings.api.model_fields_set
    first = settings.api.port
    for port in (first,) if asked else range(first, first + _PORTS_TRIED):
        if _is_free(settings.api.host, port):
            return settings.model_copy(update={"api": settings.api.model_copy(update={"port": port})})
    raise UserError(
        f"port {first} on {settings.api.host} is in use; set DOCFLOW_API__PORT to a free one",
        code="port_in_use",
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def base_url(api: ApiSettings) -> str:
    """An address that can be opened on this machine."""
    host = _ANY_HOST.get(api.host, api.host)
    return f"http://[{host}]:{api.port}" if ":" in host else f"http://{host}:{api.port}"


async def until_listening(api: ApiSettings) -> None:
    """Return once something accepts connections there; TimeoutError after half a minute."""
    async with asyncio.timeout(_READY_S):
        while True:
            try:
                _, writer = await asyncio.open_connection(_ANY_HOST.get(api.host, api.host), api.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
