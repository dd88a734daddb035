import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL

import psycopg
import pytest
from docflow.adapters.postgres.embedded import throw_away_postgres
from docflow.db import migrate, seed
from docflow.db.database import Database
from docflow.db.roles import APP, AUDIT, ENGINE, OWNER, libpq_url, set_passwords
from docflow.domain.errors import PermanentError
from docflow.testing.database import DatabaseServer, DatabaseUrls
from sqlalchemy import make_url

LEFT_BEHIND = """
SELECT kind, name FROM (
    SELECT 'relation', relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'function', proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type', typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace
    UNION ALL SELECT 'default right', defaclrole::regrole::text FROM pg_default_acl
) AS found (kind, name)
"""

WAITING = """
SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture
async def empty(database_server: DatabaseServer, database_urls: DatabaseUrls) -> DatabaseUrls:
    """`database_urls` has made the roles and their passwords."""
    return await database_server.empty()


async def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(libpq_url(url), autocommit=True) as connection:
        rows: list[tuple[object, ...]] = []
        for statement in statements:
            cursor = await connection.execute(statement.encode())
            rows = await cursor.fetchall() if cursor.description else []
        return rows


async def test_up_down_and_up_again(empty: DatabaseUrls) -> None:
    await migrate.upgrade(empty.admin)
    await migrate.downgrade(empty.admin)
    assert await run(empty.admin, LEFT_BEHIND) == []
    await migrate.upgrade(empty.admin)
    assert await migrate.current(empty.admin) == migrate.head()


async def test_pending_names_what_an_upgrade_would_run(empty: DatabaseUrls) -> None:
    before = await migrate.pending(empty.admin)
    await migrate.upgrade(empty.admin)
    assert (before[0], before[-1]) == ("0001_base", migrate.head())
    assert await migrate.pending(empty.admin) == []


async def test_deploys_at_the_same_time_take_turns(empty: DatabaseUrls) -> None:
    await asyncio.gather(*(migrate.upgrade(empty.admin) for _ in range(3)))
    assert await migrate.current(empty.admin) == migrate.head()


async def test_a_deploy_waits_for_one_of_another_process_and_both_end_well(empty: DatabaseUrls) -> None:
    environment = {"PATH": os.environ["PATH"], "DOCFLOW_DB__MIGRATION_URL": empty.admin}
    command = (sys.executable, "-m", "docflow_cli", "migrate")
    async with await psycopg.AsyncConnection.connect(libpq_url(empty.admin)) as first:
        await first.execute("SELECT pg_advisory_xact_lock(%s)", (migrate.LOCK,))
        deploys = [
            await asyncio.create_subprocess_exec(*command, env=environment, cwd="/", stdout=DEVNULL)
            for _ in range(2)
        ]
        while len(await run(empty.admin, WAITING)) < 2:
            await asyncio.sleep(0.05)
        assert await run(empty.admin, LEFT_BEHIND) == []
    assert [await each.wait() for each in deploys] == [0, 0]
    assert await migrate.current(empty.admin) == migrate.head()


async def test_a_schema_of_a_later_release_is_left_as_it_is(empty: DatabaseUrls) -> None:
    await migrate.upgrade(empty.admin)
    await run(empty.admin, "UPDATE alembic_version SET version_num = '9999_later'")
    await migrate.upgrade(empty.admin)
    assert await migrate.current(empty.admin) == "9999_later"


async def test_a_failed_migration_leaves_nothing(empty: DatabaseUrls) -> None:
    await run(empty.admin, "CREATE TABLE processes (mine int)")
    with pytest.raises(Exception, match="already exists"):
        await migrate.upgrade(empty.admin)
    assert await run(empty.admin, LEFT_BEHIND) == [
        ("relation", "processes"),
        ("type", "processes"),
        ("type", "_processes"),
    ]


async def test_the_owner_may_migrate_a_database_that_an_administrator_prepared(empty: DatabaseUrls) -> None:
    await run(empty.admin, f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER} WITH GRANT OPTION")
    await migrate.upgrade(empty.owner)
    await migrate.downgrade(empty.owner)
    await migrate.upgrade(empty.owner)
    assert await migrate.current(empty.owner) == migrate.head()


async def test_a_member_of_the_owner_without_other_rights_may_migrate(empty: DatabaseUrls) -> None:
    name = make_url(empty.admin).database
    member = f"deployer_{name}"
    await run(
        empty.admin,
        f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER} WITH GRANT OPTION",
        f"CREATE ROLE {member} LOGIN PASSWORD 'deploy-secret'",
        f"GRANT {OWNER} TO {member}",
    )
    try:
        url = make_url(empty.admin).set(username=member, password="deploy-secret")
        await migrate.upgrade(url.render_as_string(hide_password=False))
        owners = await run(
            empty.admin,
            "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        )
    finally:
        await run(empty.admin, f"DROP ROLE {member}")
    assert owners == [(OWNER,)]


async def test_who_may_not_migrate_is_told_what_an_administrator_has_to_run(empty: DatabaseUrls) -> None:
    with pytest.raises(PermanentError, match=f"GRANT {OWNER} TO") as refusal:
        await migrate.upgrade(empty.app)
    assert refusal.value.code == "database_roles"


async def test_no_role_of_the_program_is_powerful(database_urls: DatabaseUrls) -> None:
    rows = await run(
        database_urls.admin,
        "SELECT rolname::text, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb, rolcanlogin FROM pg_roles "
        f"WHERE rolname IN ('{APP}', '{AUDIT}', '{ENGINE}', '{OWNER}') ORDER BY 1",
    )
    assert rows == [(APP, False, True), (AUDIT, False, True), (ENGINE, False, False), (OWNER, False, True)]


@pytest.mark.parametrize("who", ["owner", "admin"])
async def test_services_refuse_a_role_that_row_level_security_does_not_hold(
    database_urls: DatabaseUrls, who: str
) -> None:
    database = Database(getattr(database_urls, who), pool_size=1)
    try:
        with pytest.raises(PermanentError, match="refusing to run as database role"):
            await database.refuse_powerful_role()
    finally:
        await database.aclose()


@pytest.mark.parametrize("powerful", [OWNER, ENGINE])
async def test_services_refuse_a_role_that_may_become_a_powerful_one(
    database_urls: DatabaseUrls, powerful: str
) -> None:
    name = f"member_{make_url(database_urls.admin).database}"
    await run(
        database_urls.admin,
        f"CREATE ROLE {name} LOGIN PASSWORD 'member-secret'",
        f"GRANT {APP}, {powerful} TO {name}",
    )
    url = make_url(database_urls.admin).set(username=name, password="member-secret")
    database = Database(url.render_as_string(hide_password=False), pool_size=1)
    try:
        with pytest.raises(PermanentError, match="may become a role that does"):
            await database.refuse_powerful_role()
    finally:
        await database.aclose()
        await run(database_urls.admin, f"DROP ROLE {name}")


async def test_services_accept_their_own_roles(database: Database, audit_database: Database) -> None:
    await database.refuse_powerful_role()
    await audit_database.refuse_powerful_role()


async def test_a_login_that_may_only_make_roles_and_databases_can_migrate_a_new_server() -> None:
    """As on managed servers, where nobody is a superuser."""
    with throw_away_postgres() as superuser:
        await run(
            superuser,
            "CREATE ROLE cloud LOGIN CREATEROLE CREATEDB PASSWORD 'cloud-secret'",
            "CREATE DATABASE docflow OWNER cloud",
        )
        url = make_url(superuser).set(database="docflow", username="cloud", password="cloud-secret")
        cloud = url.render_as_string(hide_password=False)
        await migrate.upgrade(cloud)
        await seed.load(cloud)
        await set_passwords(cloud, {OWNER: "owner-secret"})
        owner = url.set(username=OWNER, password="owner-secret").render_as_string(hide_password=False)
        await migrate.downgrade(owner)
        await migrate.upgrade(owner)
        await seed.load(owner)
        assert await run(owner, "SELECT email FROM users") == [("platform@docflow.local",)]
