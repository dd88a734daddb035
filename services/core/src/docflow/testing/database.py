"""A server for tests: one migrated template database, cloned for whoever wants a database of its own.

DOCFLOW_TEST_POSTGRES_URL names an administrator of a real server; without it a private one is started, with the
programs in the folder DOCFLOW_TEST_POSTGRES_BIN where that is set.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from docflow.adapters.postgres.embedded import throw_away_postgres
from docflow.db import migrate
from docflow.db.roles import APP, AUDIT, OWNER, libpq_url, set_passwords

SERVER_VARIABLE = "DOCFLOW_TEST_POSTGRES_URL"
PROGRAMS_VARIABLE = "DOCFLOW_TEST_POSTGRES_BIN"


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """One database as each of those who log in; `admin` is the server's superuser."""

    owner: str
    app: str
    audit: str
    admin: str


@dataclass(slots=True)
class DatabaseServer:
    """`passing`: the server itself goes away with all its databases."""

    admin_url: str
    passing: bool = False
    _password: str = ""
    _template: str | None = None
    _made: list[str] = field(default_factory=list)
    _given_back: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # The roles are the server's, not a database's: processes that test side by side must agree.
        self._password = hashlib.sha256(self.admin_url.encode()).hexdigest()

    async def clone(self) -> DatabaseUrls:
        """A database at the newest revision, without rows."""
        if self._template is None:
            self._template = await self._make_template()
        return self.urls(await self._create(self._template))

    async def empty(self) -> DatabaseUrls:
        """A database that no migration has touched."""
        return self.urls(await self._create("template0"))

    def give_back(self, urls: DatabaseUrls) -> None:
        """It is dropped with the next that is made: by then its sessions have ended, and nobody waits for them."""
        name = make_url(urls.admin).database
        assert name in self._made
        self._made.remove(name)
        self._given_back.append(name)

    async def drop_all(self) -> None:
        if self.passing:
            return
        self._given_back += self._made
        self._made.clear()
        await self._run(*self._drops())

    def urls(self, name: str) -> DatabaseUrls:
        admin = make_url(self.admin_url).set(database=name)

        def of(role: str) -> str:
            url = admin.set(username=role, password=self._password)
            return url.render_as_string(hide_password=False)

        return DatabaseUrls(
            owner=of(OWNER), app=of(APP), audit=of(AUDIT), admin=admin.render_as_string(hide_password=False)
        )

    async def _make_template(self) -> str:
        name = await self._create("template0")
        admin = self.urls(name).admin
        # Roles are the server's: two processes that alter one at once fail ("tuple concurrently updated").
        async with await psycopg.AsyncConnection.connect(libpq_url(self.admin_url)) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('docflow.testing'))")
            await migrate.upgrade(admin)
            await set_passwords(admin, dict.fromkeys((OWNER, APP, AUDIT), self._password))
        return name

    async def _create(self, template: str) -> str:
        name = f"docflow_test_{uuid4().hex[:16]}"
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        await self._run(*self._drops(), copy)
        self._made.append(name)
        return name

    def _drops(self) -> list[sql.Composed]:
        names, self._given_back = self._given_back, []
        return [
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)) for name in names
        ]

    async def _run(self, *statements: sql.Composed) -> None:
        url = libpq_url(self.admin_url)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            for statement in statements:
                await connection.execute(statement)


@contextmanager
def open_server() -> Iterator[DatabaseServer]:
    """The named server, else a private one that is gone afterwards. Databases are dropped by `drop_all`."""
    given = os.environ.get(SERVER_VARIABLE)
    if given:
        yield DatabaseServer(given)
        return
    programs = os.environ.get(PROGRAMS_VARIABLE)
    with throw_away_postgres(programs=Path(programs) if programs else None) as url:
        yield DatabaseServer(url, passing=True)
