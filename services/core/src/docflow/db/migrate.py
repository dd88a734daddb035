"""Brings a database's schema up, down, and says where it stands.

One transaction and one advisory lock per call: two deploys at once take turns, a failure leaves nothing half-made.
"""

import asyncio
import re
import threading
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from docflow.db.database import translated
from docflow.db.roles import become_owner
from docflow.domain.errors import PermanentError

T = TypeVar("T")

LOCK = 0x0D0CF104
"""The advisory lock that a migration holds to its end."""
_LOCK_WAIT_S = 120
"""How long a deploy waits for another one; a table's lock is waited for `_TABLE_WAIT_S` only."""
_TABLE_WAIT_S = 5

# Alembic keeps what it works on in globals: within one process migrations take turns, in a thread.
_ONE_AT_A_TIME = threading.Lock()


def folder_of_source() -> Path:
    """`db/` of the source tree this package runs from."""
    return Path(__file__).resolve().parents[5] / "db"


async def upgrade(url: str, revision: str = "head", *, folder: Path | None = None) -> None:
    """Safe to repeat; on a later release's schema nothing happens, so that one may go back to this one.

    Raises PermanentError `database_roles` or `migrations_missing`.
    """
    config = _config(folder)

    def act(config: Config, revision: str) -> None:
        if revision != "head" or not _is_later(config):
            command.upgrade(config, revision)

    await _within(url, lambda connection: _migrate(connection, config, revision, act))


async def downgrade(url: str, revision: str = "base", *, folder: Path | None = None) -> None:
    """Down to `revision`; `base` takes away everything but the roles, which the whole server shares."""
    config = _config(folder)
    await _within(url, lambda connection: _migrate(connection, config, revision, command.downgrade))


async def current(url: str) -> str | None:
    """The revision the database is at; None = empty."""
    return await _within(
        url, lambda connection: MigrationContext.configure(connection).get_current_revision()
    )


async def pending(url: str, *, folder: Path | None = None) -> list[str]:
    """The revisions that `upgrade` would run, in order."""
    at = await current(url)
    script = ScriptDirectory.from_config(_config(folder))
    return [step.revision for step in reversed(list(script.iterate_revisions("heads", at or "base")))]


def head(*, folder: Path | None = None) -> str | None:
    """The newest revision there is."""
    return ScriptDirectory.from_config(_config(folder)).get_current_head()


def older(*, folder: Path | None = None) -> frozenset[str]:
    """The revisions before the newest: a database at one of them lacks what this code needs.

    A revision that is not among them and not the newest was made by a later release, on whose schema this one
    goes on working until it is replaced.
    """
    script = ScriptDirectory.from_config(_config(folder))
    return frozenset(step.revision for step in script.walk_revisions()) - set(script.get_heads())


async def new(message: str, url: str, *, folder: Path | None = None) -> Path:
    """Write the next migration from the difference between the models and the database, which must be at the head."""
    config = _config(folder)
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    slug = "_".join(re.findall("[a-z0-9]+", message.lower()))[:32]

    def write(connection: Connection) -> Path:
        config.attributes["connection"] = connection
        made = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}_{slug}")
        assert isinstance(made, Script)
        return Path(made.path)

    return await _within(url, write)


def prepare(connection: Connection) -> None:
    """Take turns with other deploys, then act as the owner. Both end with the transaction."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WAIT_S}s'")
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_TABLE_WAIT_S}s'")
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    become_owner(connection)


def _config(folder: Path | None) -> Config:
    folder = folder or folder_of_source()
    if not (folder / "migrations" / "env.py").is_file():
        raise PermanentError(f"no migrations in {folder}", code="migrations_missing")
    config = Config(folder / "alembic.ini", cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(folder / "migrations").replace("%", "%%"))
    return config


def _migrate(
    connection: Connection, config: Config, revision: str, act: Callable[[Config, str], None]
) -> None:
    config.attributes["connection"] = connection
    act(config, revision)
    if MigrationContext.configure(connection).get_current_revision() is None:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")


def _is_later(config: Config) -> bool:
    """Whether the database is at a revision that this code does not know."""
    at = MigrationContext.configure(config.attributes["connection"]).get_current_revision()
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    return at is not None and at not in known


async def _within(url: str, work: Callable[[Connection], T]) -> T:
    async with translated():
        return await asyncio.to_thread(_in_transaction, url, work)


def _in_transaction(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_engine(url, poolclass=NullPool)
    try:
        with _ONE_AT_A_TIME, engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()
