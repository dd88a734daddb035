"""Where a program's databases are: where the operator says, else in a server of our own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from docflow.runtime.settings import DatabaseSettings, Settings


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """`listen` goes to the server without a pooler; `admin` and `server_pid` are set where the server is our own."""

    app: str
    audit: str
    listen: str
    admin: str | None = None
    server_pid: int | None = None


@asynccontextmanager
async def open_databases(settings: Settings) -> AsyncIterator[DatabaseUrls]:
    """A server of our own is migrated and, outside production, holds the demo data. An operator's is left as it is.

    Where the audit's login alone is given, it is the only one there is.
    """
    given = settings.db.url or settings.db.audit_url
    if given is not None:
        yield _given(settings.db, given.get_secret_value())
        return
    from docflow.db import seed
    from docflow.runtime.own_server import open_own_server

    async with open_own_server(settings) as server:
        if not settings.is_production:
            await seed.load(server.admin, env=settings.env)
        yield DatabaseUrls(
            app=server.app,
            audit=server.audit,
            listen=server.app,
            admin=server.admin,
            server_pid=server.pid,
        )


def _given(settings: DatabaseSettings, app: str) -> DatabaseUrls:
    return DatabaseUrls(
        app=app,
        audit=settings.audit_url.get_secret_value() if settings.audit_url else app,
        listen=settings.listen_url.get_secret_value() if settings.listen_url else app,
    )
