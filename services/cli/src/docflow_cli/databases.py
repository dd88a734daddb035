"""The database that `migrate`, `seed`, `dlq` and `audit` work on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from docflow.adapters.postgres.databases import login_url
from docflow.db.roles import APP, AUDIT
from docflow.domain.errors import UserError
from docflow.runtime.local_state import LocalState
from docflow.runtime.own_server import open_server
from docflow.runtime.settings import Settings


@asynccontextmanager
async def migration_url(settings: Settings) -> AsyncIterator[str]:
    """The URL of one who may migrate: as set, of the server that runs here, or of one started for this block."""
    given = settings.db.migration_url or settings.db.url
    if given is not None:
        yield given.get_secret_value()
        return
    run = LocalState(settings.home).run()
    if run is not None and run.admin_database_url is not None:
        yield run.admin_database_url
        return
    async with open_server(settings) as url:
        yield url


def app_url(settings: Settings) -> str:
    """As the services log in: through the settings, else into the server of the program that runs here."""
    if settings.db.url is not None:
        return settings.db.url.get_secret_value()
    return _own_url(settings, APP)


def audit_url(settings: Settings) -> str:
    """As service-audit logs in."""
    if settings.db.url is not None:
        return (settings.db.audit_url or settings.db.url).get_secret_value()
    return _own_url(settings, AUDIT)


def _own_url(settings: Settings, role: str) -> str:
    state = LocalState(settings.home)
    run = state.run()
    if run is None or run.admin_database_url is None:
        raise UserError(f"nothing runs in {state.home}; start it with `docflow up`", code="not_running")
    return login_url(run.admin_database_url, role, state.secret(f"database.{role}"))
