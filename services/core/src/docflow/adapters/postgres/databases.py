"""The platform's database inside a server of our own, and its URLs."""

import psycopg
from psycopg import sql

from docflow.db.roles import libpq_url

NAME = "docflow"


async def ensure_database(superuser_url: str) -> str:
    """Create the database where missing; returns the superuser's URL of it."""
    async with await psycopg.AsyncConnection.connect(libpq_url(superuser_url), autocommit=True) as connection:
        found = await connection.execute("SELECT FROM pg_database WHERE datname = %s", (NAME,))
        if found.rowcount == 0:
            await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    return f"{superuser_url.rpartition('/')[0]}/{NAME}"


def login_url(url: str, role: str, password: str) -> str:
    """The same database for another login; `password` must need no quoting in a URL."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{role}:{password}@{rest.rpartition('@')[2]}"
