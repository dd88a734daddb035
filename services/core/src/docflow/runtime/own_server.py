"""A PostgreSQL of our own with the platform's schema and logins: started, watched, brought back, stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from docflow.adapters.postgres.databases import ensure_database, login_url
from docflow.adapters.postgres.embedded import EmbeddedPostgres
from docflow.db import migrate
from docflow.db.roles import APP, AUDIT, OWNER, set_passwords
from docflow.domain.errors import DocflowError
from docflow.runtime.local_state import LocalState
from docflow.runtime.settings import Settings

log = structlog.get_logger(__name__)

_LOOK_S = 0.2
_BACKOFF_CAP_S = 10.0


@dataclass(frozen=True, slots=True)
class OwnServer:
    """URLs of the platform's database; `admin` is the superuser's."""

    admin: str
    app: str
    audit: str
    pid: int | None


@asynccontextmanager
async def open_server(settings: Settings) -> AsyncIterator[str]:
    """Start the server; yields the superuser's URL of the platform's database, which may still be empty."""
    state = LocalState(settings.home)
    state.make()
    server = EmbeddedPostgres(state.home, programs=settings.db.embedded_bin)
    superuser = await asyncio.to_thread(server.start)
    watch = asyncio.create_task(_bring_back(server), name="postgres-watch")
    try:
        yield await ensure_database(superuser)
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        await asyncio.shield(asyncio.to_thread(server.stop))


@asynccontextmanager
async def open_own_server(settings: Settings) -> AsyncIterator[OwnServer]:
    """Start the server and bring its schema and logins up to date."""
    async with open_server(settings) as admin:
        await migrate.upgrade(admin)
        state = LocalState(settings.home)
        passwords = {role: state.secret(f"database.{role}") for role in (OWNER, APP, AUDIT)}
        await set_passwords(admin, passwords)
        yield OwnServer(
            admin=admin,
            app=login_url(admin, APP, passwords[APP]),
            audit=login_url(admin, AUDIT, passwords[AUDIT]),
            pid=EmbeddedPostgres(settings.home).status().pid,
        )


async def _bring_back(server: EmbeddedPostgres) -> None:
    """Start a server that died again, under the same address, waiting longer after each failure."""
    failures = 0
    while True:
        await asyncio.sleep(_LOOK_S)
        if server.running:
            failures = 0
            continue
        log.warning("postgres.died")
        try:
            await asyncio.to_thread(server.start)
        except DocflowError as error:
            failures += 1
            log.error("postgres.restart_failed", code=error.code, failures=failures)
            await asyncio.sleep(min(_BACKOFF_CAP_S, 0.5 * 2**failures))
        else:
            log.info("postgres.restarted")
