"""The database that `migrate`, `types`, `seed`, `dlq` and `audit` work on."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from docflow.adapters.postgres.databases import login_url
from docflow.db.roles import APP, AUDIT
from docflow.domain.errors import TransientError, UserError
from docflow.runtime.local_state import LocalState
from docflow.runtime.own_server import open_server
from docflow.runtime.settings import Settings

_PARTS = {
    "database_login_refused": "user and password",
    "database_unavailable": "host, port and the database's name",
}
"""Of an address, what to look at."""


@asynccontextmanager
async def migration_url(settings: Settings) -> AsyncIterator[str]:
    """The URL of one who may migrate: as set, of the server that runs here, or of one started for this block."""
    given = settings.db.migration_url or settings.db.url
    if given is not None:
        with _named("DOCFLOW_DB__MIGRATION_URL" if settings.db.migration_url else "DOCFLOW_DB__URL"):
            yield given.get_secret_value()
        return
    run = LocalState(settings.home).run()
    if run is not None and run.admin_database_url is not None:
        yield run.admin_database_url
        return
    async with open_server(settings) as url:
        yield url


@contextmanager
def _named(setting: str) -> Iterator[None]:
    """Who is at the command line can mend what a service waits for: the message says where."""
    try:
        yield
    except TransientError as error:
        parts = _PARTS.get(error.code)
        if parts is None:
            raise
        raise UserError(f"{error}; look at {parts} in {setting}", code=error.code) from error


def app_url(settings: Settings) -> str:
    """As the services log in: through the settings, else into the server of the program that runs here."""
    if settings.db.url is not None:
        return settings.db.url.get_secret_value()
    return _own_url(settings, APP)


def audit_url(settings: Settings) -> str:
    """As service-audit logs in, which may know no other login."""
    given = settings.db.audit_url or settings.db.url
    if given is not None:
        return given.get_secret_value()
    return _own_url(settings, AUDIT)


def _own_url(settings: Settings, role: str) -> str:
    state = LocalState(settings.home)
    run = state.run()
    if run is None or run.admin_database_url is None:
        raise UserError(f"nothing runs in {state.home}; start it with `docflow up`", code="not_running")
    return login_url(run.admin_database_url, role, state.secret(f"database.{role}"))
