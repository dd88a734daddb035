"""What only the role that owns the tables may write, and what to do where a login may not become it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from sqlalchemy.exc import DBAPIError

from docflow.db.database import translated
from docflow.db.roles import OWNER, libpq_url
from docflow.domain.errors import PermanentError

_NO_TABLES, _NOT_ALLOWED = ("42P01", "42883"), "42501"


async def run_as_owner(url: str, script: bytes, **settings: str) -> None:
    """Run a script of our own, its transaction included, with these settings of the session.

    `url` is docflow_owner's or one that may become it. Raises as `owner_errors` does.
    """
    async with (
        owner_errors(),
        await psycopg.AsyncConnection.connect(libpq_url(url), autocommit=True) as session,
    ):
        for name, value in settings.items():
            await session.execute("SELECT set_config(%s, %s, false)", (f"docflow.{name}", value))
        await session.execute(script)


@asynccontextmanager
async def owner_errors() -> AsyncIterator[None]:
    """Raises PermanentError `database_roles` for another's login and `schema_missing` before the first migration."""
    try:
        async with translated():
            yield
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(cause, "sqlstate", None)
        if state in _NO_TABLES:
            raise PermanentError(
                "the database lacks tables of this version; run `docflow migrate` first",
                code="schema_missing",
            ) from error
        if state == _NOT_ALLOWED:
            raise PermanentError(
                f"this login may not act as {OWNER}; name one that may in DOCFLOW_DB__MIGRATION_URL",
                code="database_roles",
            ) from error
        raise
