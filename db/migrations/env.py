"""Runs migrations on the connection it is given, else on the URL of the environment, always as `docflow_owner`."""

import asyncio
import os

from alembic import context
from docflow.db.comparison import is_ours
from docflow.db.migrate import prepare
from docflow.features.models import METADATA
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

NAMES = ("DOCFLOW_DB__MIGRATION_URL", "DOCFLOW_DB__URL", "DATABASE_URL")


def migrate(connection: Connection) -> None:
    prepare(connection)
    context.configure(connection=connection, target_metadata=METADATA, include_object=is_ours)
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_migrate() -> None:
    url = next((os.environ[name] for name in NAMES if os.environ.get(name)), None)
    if url is None:
        raise SystemExit(
            "set DOCFLOW_DB__MIGRATION_URL to postgresql+psycopg://user:password@host:5432/database"
        )
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("migrations look at the database's roles: they run connected only")
given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(connect_and_migrate())
else:
    migrate(given)
