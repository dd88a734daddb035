"""The previous release works on the new schema: a migration adds, and takes away two releases later."""

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from docflow.db import migrate
from docflow.db.roles import APP, libpq_url
from docflow.testing.database import DatabaseServer, DatabaseUrls

from tests.integration.db.contract_of_schema import not_allowed, relied_on, taken
from tests.integration.db.releases import ROOT, releases, revisions_in

TAKEN = "processes.metadata is gone"


async def test_no_migration_takes_what_a_release_before_relies_on(
    database_server: DatabaseServer, database_urls: DatabaseUrls
) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "db" / "migrations"))
    script = ScriptDirectory.from_config(config)
    known = [revisions_in(tag) for tag in releases()[:2]]
    urls = await database_server.empty()
    first, *later = await migrate.pending(urls.admin)
    await migrate.upgrade(urls.admin, first)
    before, wrong = await relied_on(urls.admin), {}
    for revision in later:
        await migrate.upgrade(urls.admin, revision)
        after = await relied_on(urls.admin)
        contract = getattr(script.get_revision(revision).module, "contract", {})
        if found := not_allowed(taken(before, after), contract, known):
            wrong[revision] = found
        before = after
    database_server.give_back(urls)
    assert wrong == {}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("ALTER TABLE processes DROP COLUMN external_key", "processes.external_key is gone"),
        ("ALTER TABLE processes RENAME COLUMN external_key TO named", "processes.external_key is gone"),
        ("DROP TABLE type_words", "type_words."),
        (
            "ALTER TABLE processes ALTER COLUMN external_key TYPE varchar(9)",
            "processes.external_key was text",
        ),
        (
            "ALTER TABLE clients ALTER COLUMN token_balance SET NOT NULL",
            "clients.token_balance may be empty no more",
        ),
        ("ALTER TABLE clients ALTER COLUMN status DROP DEFAULT", "clients.status fills itself no more"),
        ("ALTER TABLE clients ADD COLUMN region text NOT NULL", "clients.region must be given"),
        ("ALTER TABLE clients ADD CHECK (length(name) < 9)", "clients: clients_name_check refuses"),
        ("ALTER TABLE clients ADD UNIQUE (name)", "clients: clients_name_key refuses"),
        (f"REVOKE DELETE ON documents FROM {APP}", f"{APP} may no longer DELETE documents"),
        ("DROP FUNCTION claim_actions(uuid, integer, integer)", "claim_actions(uuid, integer) is gone"),
    ],
)
async def test_what_is_taken_is_found(database_urls: DatabaseUrls, statement: str, found: str) -> None:
    before = await relied_on(database_urls.admin)
    assert list(taken(before, before)) == []
    async with await psycopg.AsyncConnection.connect(libpq_url(database_urls.admin)) as connection:
        await connection.execute(statement.encode())
        after = await relied_on(connection)
        await connection.rollback()
    assert any(each.startswith(found) for each in taken(before, after))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE clients ADD COLUMN region text NOT NULL DEFAULT 'eu'",
        "ALTER TABLE clients ADD COLUMN region text CHECK (length(region) < 9)",
        "ALTER TABLE notifications ADD UNIQUE (notification_id, client_id, type)",
        "CREATE TABLE regions (region text NOT NULL)",
    ],
)
async def test_what_is_added_takes_nothing(database_urls: DatabaseUrls, statement: str) -> None:
    before = await relied_on(database_urls.admin)
    async with await psycopg.AsyncConnection.connect(libpq_url(database_urls.admin)) as connection:
        await connection.execute(statement.encode())
        after = await relied_on(connection)
        await connection.rollback()
    assert list(taken(before, after)) == []


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ([], [TAKEN]),
        ([{"0060", "0061"}], [TAKEN]),
        ([{"0060", "0061"}, {"0060"}], [TAKEN]),
        ([{"0060", "0061"}, {"0061"}], []),
    ],
    ids=["no release", "one release", "the last release alone", "two releases"],
)
def test_what_two_releases_did_not_use_any_more_may_be_taken(known: list[set[str]], left: list[str]) -> None:
    assert not_allowed([TAKEN], {TAKEN: "0061"}, known) == left
    assert not_allowed([TAKEN], {}, known) == [TAKEN]
