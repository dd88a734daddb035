"""Models, migrations and db/schema.sql say the same."""

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from docflow.db.comparison import LEFT_BEHIND, is_ours
from docflow.db.migrate import folder_of_source
from docflow.db.roles import libpq_url
from docflow.db.schema_text import schema_sections, schema_text
from docflow.features.models import METADATA
from docflow.testing.database import DatabaseServer, DatabaseUrls
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

NEEDED_BY_INDEXES = folder_of_source() / "migrations" / "sql" / "0060" / "search_grams.sql"


def differences(connection: Connection) -> list[object]:
    options = {"include_object": is_ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


async def test_a_migration_made_now_would_be_empty(database_urls: DatabaseUrls) -> None:
    engine = create_async_engine(database_urls.admin, poolclass=NullPool)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_models_and_migrations_make_the_same_tables(
    database_server: DatabaseServer, fresh_database_urls: DatabaseUrls
) -> None:
    """Sees what autogenerate does not: checks, defaults, partial indexes, actions of foreign keys."""
    await take_what_is_left_behind(fresh_database_urls.admin)
    empty = await database_server.empty()
    engine = create_engine(empty.admin, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(NEEDED_BY_INDEXES.read_text(encoding="utf-8"))
    METADATA.create_all(engine)
    engine.dispose()
    ours, theirs = await schema_sections(empty.admin), await schema_sections(fresh_database_urls.admin)
    assert (ours["Tables"], ours["Indexes"]) == (theirs["Tables"], theirs["Indexes"])


async def take_what_is_left_behind(url: str) -> None:
    """Nothing may lean on it any more: without CASCADE it goes."""
    async with await psycopg.AsyncConnection.connect(libpq_url(url)) as connection:
        for table, _, column in (name.partition(".") for name in sorted(LEFT_BEHIND)):
            what = f"ALTER TABLE {table} DROP COLUMN {column}" if column else f"DROP TABLE {table}"
            await connection.execute(what.encode())


async def test_schema_sql_is_what_the_migrations_make(database_urls: DatabaseUrls) -> None:
    """After a migration: python db/scripts/dump_schema.py"""
    written = (folder_of_source() / "schema.sql").read_text(encoding="utf-8")
    assert await schema_text(database_urls.admin) == written
