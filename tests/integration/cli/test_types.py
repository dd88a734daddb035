"""How the built-in process types come into an installation, production included."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from docflow.db import process_types
from docflow.db.database import Database
from docflow.db.roles import libpq_url
from docflow.domain.configuration import PromptStage
from docflow.domain.errors import PermanentError, UserError
from docflow.domain.ids import new_id
from docflow.features.configurations.service import Configurations
from docflow.runtime.settings import DatabaseSettings, Settings
from docflow.testing.database import DatabaseServer, DatabaseUrls
from docflow.testing.factories import add_client
from docflow_cli import database_checkup
from docflow_cli.main import app
from pydantic import SecretStr
from typer.testing import CliRunner, Result


def call(
    monkeypatch: pytest.MonkeyPatch, urls: DatabaseUrls, *words: str, login: str | None = None
) -> Result:
    monkeypatch.setenv("DOCFLOW_ENV", "production")
    monkeypatch.setenv("DOCFLOW_DB__URL", urls.app)
    monkeypatch.setenv("DOCFLOW_DB__MIGRATION_URL", login or urls.owner)
    return CliRunner().invoke(app, ["types", *words])


async def counted(urls: DatabaseUrls, *tables: str) -> list[int]:
    async with await psycopg.AsyncConnection.connect(libpq_url(urls.admin)) as connection:
        found = [
            await (await connection.execute(f"SELECT count(*) FROM {table}".encode())).fetchone()
            for table in tables
        ]
    return [row[0] for row in found if row is not None]


@pytest.fixture
async def opened(fresh_database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    database = Database(fresh_database_urls.app, pool_size=2)
    yield database
    await database.aclose()


def test_nothing_is_installed_at_first(
    monkeypatch: pytest.MonkeyPatch, fresh_database_urls: DatabaseUrls
) -> None:
    listed = call(monkeypatch, fresh_database_urls, "list")
    assert listed.output.splitlines() == [f"{name}  not installed" for name in process_types.BUILT_IN]


async def test_production_gets_the_types_without_users_and_clients(fresh_database_urls: DatabaseUrls) -> None:
    for _ in range(2):
        found = await process_types.install(fresh_database_urls.owner)
        assert tuple(each.process_type_id for each in found) == process_types.BUILT_IN
        assert await counted(
            fresh_database_urls, "process_types", "prompts", "configurations", "users", "clients"
        ) == [5, 20, 5, 0, 0]


def test_the_command_installs_what_is_named(
    monkeypatch: pytest.MonkeyPatch, fresh_database_urls: DatabaseUrls
) -> None:
    done = call(monkeypatch, fresh_database_urls, "install", "simple_invoice", "expense_receipt")
    assert done.output.splitlines() == [
        "expense_receipt  Receipt  installed",
        "simple_invoice  Invoice  installed",
    ]
    listed = call(monkeypatch, fresh_database_urls, "list").output.splitlines()
    assert "simple_invoice  Invoice  built in" in listed
    assert "payroll_v1  not installed" in listed
    everything = call(monkeypatch, fresh_database_urls, "install", "--all")
    assert (everything.exit_code, len(everything.output.splitlines())) == (0, 5)


async def test_a_new_client_starts_with_an_installed_type(
    fresh_database_urls: DatabaseUrls, opened: Database
) -> None:
    await process_types.install(fresh_database_urls.owner, ["expense_receipt"])
    client_id = await add_client(opened, "newcomer")
    async with opened.client(client_id) as session:
        configurations = Configurations(session, client_id)
        first = await configurations.for_new_process("expense_receipt", new_id())
        assert (first.version, set(first.prompt_ids)) == (1, {stage.value for stage in PromptStage})
        with pytest.raises(UserError, match="there is no process type 'simple_invoice'"):
            await configurations.for_new_process("simple_invoice", new_id())


async def test_a_type_of_that_name_that_somebody_made_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, fresh_database_urls: DatabaseUrls
) -> None:
    async with await psycopg.AsyncConnection.connect(libpq_url(fresh_database_urls.admin)) as connection:
        await connection.execute(
            "INSERT INTO process_types (process_type_id, display_name, created_by)"
            " VALUES ('simple_invoice', 'Ours', 'user:x')"
        )
    [kept] = await process_types.install(fresh_database_urls.owner, ["simple_invoice"])
    assert (kept.display_name, kept.is_built_in) == ("Ours", False)
    assert await counted(fresh_database_urls, "prompts", "configurations") == [0, 0]


async def test_another_login_is_told_which_is_needed(fresh_database_urls: DatabaseUrls) -> None:
    with pytest.raises(PermanentError, match="DOCFLOW_DB__MIGRATION_URL") as refused:
        await process_types.install(fresh_database_urls.app)
    assert refused.value.code == "database_roles"


async def test_an_empty_database_is_to_be_migrated_first(database_server: DatabaseServer) -> None:
    empty = await database_server.empty()
    with pytest.raises(PermanentError, match="docflow migrate") as refused:
        await process_types.installed(empty.admin)
    assert refused.value.code == "schema_missing"
    finding = await database_checkup.check_schema(Settings(db=DatabaseSettings(url=SecretStr(empty.admin))))
    assert (finding.ok, finding.fix) == (False, "run `docflow migrate`")


def test_the_wrong_words_are_refused(
    monkeypatch: pytest.MonkeyPatch, fresh_database_urls: DatabaseUrls
) -> None:
    for wrong in (["install"], ["install", "--all", "simple_invoice"]):
        assert call(monkeypatch, fresh_database_urls, *wrong).exit_code == 2
    unknown = call(monkeypatch, fresh_database_urls, "install", "simple_invoces")
    assert isinstance(unknown.exception, UserError)
    assert unknown.exception.code == "type_not_built_in"


def test_an_address_that_leads_nowhere_is_named_by_its_setting(
    monkeypatch: pytest.MonkeyPatch, fresh_database_urls: DatabaseUrls
) -> None:
    nowhere = call(
        monkeypatch, fresh_database_urls, "list", login="postgresql+psycopg://owner:s3cr3t@127.0.0.1:9/d"
    )
    assert isinstance(nowhere.exception, UserError)
    assert nowhere.exception.code == "database_unavailable"
    assert "DOCFLOW_DB__MIGRATION_URL" in nowhere.exception.message
    assert "s3cr3t" not in nowhere.exception.message


async def test_the_doctor_says_how_types_come(fresh_database_urls: DatabaseUrls) -> None:
    settings = Settings(db=DatabaseSettings(url=SecretStr(fresh_database_urls.app)))
    assert "docflow types install --all" in (await database_checkup.check_types(settings)).found
    await process_types.install(fresh_database_urls.owner)
    assert (await database_checkup.check_types(settings)).found == "5 for all clients"
    assert (await database_checkup.check_schema(settings)).ok
