"""What another client's session can do to a client's rows: nothing. Every table, tried as an attacker would."""

from dataclasses import dataclass

import pytest
from docflow.db.database import Database
from docflow.features.models import METADATA
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy, add_process
from sqlalchemy import Table, create_engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from tests.integration.db.rows import NOW, Rows, client_tables

NAMES = [table.name for table in client_tables()]
REFUSED = "42501"


@dataclass(frozen=True)
class Scene:
    ours: Rows
    theirs: Rows


@pytest.fixture(scope="module")
async def scene(database_urls: DatabaseUrls) -> Scene:
    scene = Scene(Rows("acme"), Rows("globex"))
    engine = create_engine(database_urls.admin, poolclass=NullPool)
    with engine.begin() as connection:
        scene.ours.write(connection)
        scene.theirs.write(connection)
    engine.dispose()
    return scene


def named(name: str) -> Table:
    return METADATA.tables[name]


async def outcome(database: Database, client: Rows | None, statement: object) -> int | str:
    """Rows touched or counted, or the SQLSTATE of the refusal."""
    opened = database.nobody() if client is None else database.client(client.client_id)
    try:
        async with opened as session:
            result = await session.execute(statement)  # type: ignore[call-overload]
            if result.returns_rows:
                return int(result.scalar_one())
            return int(result.rowcount)
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", None))


@pytest.mark.parametrize("name", NAMES)
async def test_a_foreign_row_is_not_seen(database: Database, scene: Scene, name: str) -> None:
    table = named(name)
    count = select(func.count()).where(table.c.client_id == scene.theirs.client_id)
    assert await outcome(database, scene.ours, count) in (0, REFUSED)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"audit_dead"}))
async def test_its_own_row_is_seen(database: Database, scene: Scene, name: str) -> None:
    table = named(name)
    count = select(func.count()).where(table.c.client_id == scene.ours.client_id)
    assert await outcome(database, scene.ours, count) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_session_without_a_client_sees_no_clients_row(
    database: Database, scene: Scene, name: str
) -> None:
    table = named(name)
    count = select(func.count()).where(table.c.client_id.is_not(None))
    assert await outcome(database, None, count) in (0, REFUSED)


@pytest.mark.parametrize("name", NAMES)
async def test_a_row_cannot_be_added_for_another_client(database: Database, scene: Scene, name: str) -> None:
    table = named(name)
    assert await outcome(database, scene.ours, insert(table).values(scene.theirs.row(table))) == REFUSED


@pytest.mark.parametrize("name", NAMES)
async def test_a_row_cannot_be_given_to_another_client(database: Database, scene: Scene, name: str) -> None:
    table = named(name)
    gift = (
        update(table)
        .where(table.c.client_id == scene.ours.client_id)
        .values(client_id=scene.theirs.client_id)
    )
    assert await outcome(database, scene.ours, gift) == REFUSED


@pytest.mark.parametrize("name", NAMES)
async def test_a_foreign_row_cannot_be_taken(database: Database, scene: Scene, name: str) -> None:
    table = named(name)
    theft = (
        update(table)
        .where(table.c.client_id == scene.theirs.client_id)
        .values(client_id=scene.ours.client_id)
    )
    assert await outcome(database, scene.ours, theft) in (0, REFUSED)


@pytest.mark.parametrize("name", NAMES)
async def test_a_foreign_row_cannot_be_deleted(database: Database, scene: Scene, name: str) -> None:
    table = named(name)
    deletion = delete(table).where(table.c.client_id == scene.theirs.client_id)
    assert await outcome(database, scene.ours, deletion) in (0, REFUSED)


@pytest.mark.parametrize(
    "name",
    [
        "documents",
        "stage_runs",
        "reviews",
        "field_corrections",
        "output_actions",
        "webhook_deliveries",
        "notifications",
    ],
)
async def test_a_row_cannot_point_at_a_foreign_process(database: Database, scene: Scene, name: str) -> None:
    """Foreign keys look past row-level security: the key itself must carry the client."""
    table = named(name)
    row = scene.ours.row(table) | {"process_id": scene.theirs.of["processes"]["process_id"]}
    assert await outcome(database, scene.ours, insert(table).values(row)) == "23503"


async def test_a_page_cannot_point_at_a_foreign_document(database: Database, scene: Scene) -> None:
    table = named("pages")
    row = scene.ours.row(table) | {"document_id": scene.theirs.of["documents"]["document_id"], "number": 9}
    assert await outcome(database, scene.ours, insert(table).values(row)) == "23503"


@pytest.mark.parametrize("name", ["refresh_sessions", "account_tokens", "notifications"])
async def test_a_row_cannot_point_at_a_foreign_user(database: Database, scene: Scene, name: str) -> None:
    table = named(name)
    row = scene.ours.row(table) | {"user_id": scene.theirs.of["users"]["user_id"]}
    assert await outcome(database, scene.ours, insert(table).values(row)) == "23503"


@pytest.mark.parametrize("name", ["configurations", "prompts"])
async def test_a_foreign_clients_type_cannot_be_configured(
    database: Database, scene: Scene, name: str
) -> None:
    table = named(name)
    row = scene.ours.row(table) | {"process_type_id": f"{scene.theirs.slug}.invoice", "version": 7}
    assert await outcome(database, scene.ours, insert(table).values(row)) == REFUSED


@pytest.mark.parametrize("name", ["process_types", "prompts", "configurations", "users"])
async def test_a_client_cannot_write_rows_of_the_platform(
    database: Database, scene: Scene, name: str
) -> None:
    table = named(name)
    row = scene.ours.row(table) | {"client_id": None}
    if name == "users":
        row["role"] = "platform_admin"
    if name == "process_types":
        row["process_type_id"] = "platform_type"
    assert await outcome(database, scene.ours, insert(table).values(row)) == REFUSED
    assert await outcome(database, None, insert(table).values(row)) == REFUSED


async def test_a_pool_of_one_carries_nothing_from_client_to_client(
    database_urls: DatabaseUrls, two_clients: tuple[Tenancy, Tenancy], database: Database
) -> None:
    ours, theirs = two_clients
    await add_process(database, ours)
    narrow = Database(database_urls.app, pool_size=1, max_overflow=0)
    try:
        seen = []
        for client_id in (ours.client_id, theirs.client_id, None, ours.client_id):
            async with narrow.client(client_id) if client_id else narrow.nobody() as session:
                seen.append((await session.execute(text("SELECT count(*) FROM processes"))).scalar_one())
    finally:
        await narrow.aclose()
    assert seen == [1, 0, 0, 1]


async def test_what_a_transaction_leaves_behind_is_no_client_and_no_error(
    database_urls: DatabaseUrls,
) -> None:
    """After set_config(..., true) a connection holds '', not NULL: a bare ::uuid would fail on it."""
    narrow = Database(database_urls.app, pool_size=1, max_overflow=0)
    try:
        async with narrow.client(Rows("left").client_id):
            pass
        async with narrow.nobody() as session:
            left = (
                await session.execute(text("SELECT current_setting('app.current_client_id', true)"))
            ).scalar_one()
            seen = (await session.execute(text("SELECT count(*) FROM processes"))).scalar_one()
    finally:
        await narrow.aclose()
    assert (left, seen) == ("", 0)


@pytest.mark.parametrize("view", ["v_active_processes", "v_client_token_usage", "v_hitl_queue"])
async def test_a_view_shows_the_callers_rows_only(database: Database, scene: Scene, view: str) -> None:
    async with database.client(scene.ours.client_id) as session:
        clients = set(await session.scalars(text(f"SELECT client_id FROM {view}")))
    assert clients <= {scene.ours.client_id}


async def test_the_owner_sees_no_client_without_being_bound(owner_database: Database, scene: Scene) -> None:
    for name in NAMES:
        table = named(name)
        count = select(func.count()).where(table.c.client_id.is_not(None))
        assert await outcome(owner_database, None, count) == 0, name


async def test_the_app_cannot_become_another_role(database: Database) -> None:
    for role in ("docflow_owner", "docflow_engine", "docflow_audit", "postgres"):
        assert await outcome(database, None, text(f"SET LOCAL ROLE {role}")) == REFUSED, role


async def test_the_app_cannot_turn_row_level_security_off(database: Database, scene: Scene) -> None:
    for statement in (
        "ALTER TABLE processes DISABLE ROW LEVEL SECURITY",
        "DROP POLICY client ON processes",
        "CREATE POLICY open ON processes USING (true)",
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        assert await outcome(database, scene.ours, text(statement)) == REFUSED, statement
    async with database.client(scene.ours.client_id) as session:
        await session.execute(text("SET LOCAL row_security = off"))
        with pytest.raises(DBAPIError, match="row-level security"):
            await session.execute(text("SELECT count(*) FROM processes"))
        await session.rollback()


async def test_a_client_sees_and_keeps_no_answer_of_a_platform_administrator(
    database: Database, scene: Scene
) -> None:
    table = METADATA.tables["platform_answers"]
    row = {"route": "POST /v1/clients", "key": "k", "content_hash": b"", "expires_at": NOW}
    assert await outcome(database, None, insert(table).values(row)) != REFUSED
    count = select(func.count()).select_from(table)
    assert (await outcome(database, scene.ours, count), await outcome(database, None, count)) == (0, 1)
    assert await outcome(database, scene.ours, insert(table).values(row | {"key": "other"})) == REFUSED
    assert await outcome(database, scene.ours, delete(table)) == 0


async def test_a_type_cannot_be_made_under_another_clients_slug(database: Database, scene: Scene) -> None:
    table = named("process_types")
    row = scene.ours.row(table) | {"process_type_id": f"{scene.theirs.slug}.stolen"}
    assert await outcome(database, scene.ours, insert(table).values(row)) == REFUSED
