import psycopg
import pytest
from docflow.adapters.postgres.embedded import throw_away_postgres
from docflow.db.roles import libpq_url
from docflow.domain.errors import PermanentError, TransientError
from docflow.testing.database import DatabaseUrls
from docflow_cli.inspection import ACTIVITY, SIZES, SLOW, lines, read
from sqlalchemy import make_url


async def test_the_largest_tables_are_listed_with_their_rows(database_urls: DatabaseUrls) -> None:
    names, rows = await read(database_urls.owner, SIZES, 100)
    assert list(names) == ["table", "total", "indexes", "rows", "dead_rows", "vacuumed"]
    assert "stage_runs" in {row[0] for row in rows}


async def test_no_more_lines_come_than_were_asked_for(database_urls: DatabaseUrls) -> None:
    assert len((await read(database_urls.owner, SIZES, 3))[1]) == 3


async def test_a_statement_with_values_shows_its_first_word_alone(database_urls: DatabaseUrls) -> None:
    admin = libpq_url(database_urls.admin)
    async with await psycopg.AsyncConnection.connect(admin) as working:
        await working.execute("SELECT 'a value of a document'")
        names, rows = await read(database_urls.admin, ACTIVITY, 100)
        pid = working.info.backend_pid
    (line,) = [row for row in rows if row[0] == pid]
    told = dict(zip(names, line, strict=True))
    assert (told["state"], told["statement"]) == ("idle in transaction", "SELECT")


async def test_whom_a_statement_waits_for_is_named(database_urls: DatabaseUrls) -> None:
    names, _ = await read(database_urls.owner, ACTIVITY, 5)
    assert "blocked_by" in names


async def test_a_missing_extension_is_said_in_one_line(database_urls: DatabaseUrls) -> None:
    with pytest.raises(PermanentError, match="pg_stat_statements") as error:
        await read(database_urls.owner, SLOW, 5)
    assert error.value.code == "extension_missing"


@pytest.mark.full
async def test_an_extension_that_was_not_loaded_is_said_in_one_line() -> None:
    with throw_away_postgres() as url:
        async with await psycopg.AsyncConnection.connect(libpq_url(url), autocommit=True) as admin:
            await admin.execute("CREATE EXTENSION pg_stat_statements")
        with pytest.raises(PermanentError, match="shared_preload_libraries") as error:
            await read(url, SLOW, 5)
    assert error.value.code == "extension_missing"


async def test_a_database_that_is_away_is_said_in_one_line() -> None:
    with pytest.raises(TransientError, match="not available") as error:
        await read("postgresql+psycopg://nobody@127.0.0.1:1/none", SIZES, 1)
    assert error.value.code == "database_unavailable"


async def test_a_wrong_password_is_not_taken_for_a_database_that_is_away(database_urls: DatabaseUrls) -> None:
    wrong = make_url(database_urls.owner).set(password="wrong").render_as_string(hide_password=False)
    with pytest.raises(TransientError) as error:
        await read(wrong, SIZES, 1)
    assert error.value.code == "database_login_refused"


def test_columns_stand_below_each_other() -> None:
    found = (["table", "rows"], [("stage_runs", 5), ("pages", None)])
    assert list(lines(found)) == ["table       rows", "stage_runs  5", "pages       -"]
