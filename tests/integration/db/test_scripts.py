"""migrate.sh as a person uses it, and every command of QUICKSTART.md."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from docflow.adapters.postgres.programs import candidates
from docflow.db.migrate import folder_of_source
from docflow.db.roles import libpq_url
from docflow.testing.database import SERVER_VARIABLE, DatabaseServer, DatabaseUrls

ROOT = folder_of_source().parent
HIDDEN = ("DATABASE_URL", "DOCFLOW_")


@dataclass(frozen=True)
class Result:
    code: int
    said: str


@dataclass(frozen=True)
class Copy:
    """The `db` folder in a place of its own, where everything is installed: this environment's Python."""

    root: Path

    def run(self, command: str, **variables: str) -> Result:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(HIDDEN)}
        done = subprocess.run(
            ["sh", "-eu", "-c", command],
            cwd=self.root,
            env=inherited | {"DOCFLOW_PYTHON": sys.executable, "PATH": with_psql()} | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout + done.stderr)


def with_psql() -> str:
    """PATH, and behind it the psql that comes with the embedded server and the system's own places."""
    return os.pathsep.join([os.environ["PATH"], *(str(found.bin) for found in candidates(None)), os.defpath])


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    shutil.copytree(ROOT / "db", tmp_path / "db", ignore=shutil.ignore_patterns(".env", "__pycache__"))
    (tmp_path / "requirements.lock").touch()
    os.utime(tmp_path / "requirements.lock", (0, 0))
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".ready").touch()
    return Copy(tmp_path)


@pytest.fixture
async def url(database_server: DatabaseServer) -> str:
    return (await database_server.empty()).admin


async def count(url: str, table: str) -> int:
    async with await psycopg.AsyncConnection.connect(libpq_url(url)) as connection:
        cursor = await connection.execute(f"SELECT count(*) FROM {table}".encode())
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])


def quickstart() -> list[str]:
    text = (ROOT / "db" / "QUICKSTART.md").read_text(encoding="utf-8")
    return [
        line
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
        if line
    ]


@pytest.mark.full
@pytest.mark.timeout(300)  # ten commands, each its own Python
async def test_every_command_of_the_quickstart_works(
    copy: Copy, url: str, database_server: DatabaseServer
) -> None:
    for command in quickstart():
        if command.startswith("export DOCFLOW_DB__MIGRATION_URL="):
            continue
        given = {"DOCFLOW_DB__MIGRATION_URL": url, SERVER_VARIABLE: database_server.admin_url}
        result = copy.run(command, **given)
        assert result.code == 0, f"{command}\n{result.said}"
    assert len(list((copy.root / "db/migrations/versions").glob("*_add_a_column.py"))) == 1


def test_the_quickstart_names_the_database_in_the_right_form() -> None:
    [line] = [line for line in quickstart() if line.startswith("export")]
    assert re.fullmatch(r"export DOCFLOW_DB__MIGRATION_URL='postgresql\+psycopg://\S+'", line)


async def test_seeding_twice_changes_nothing(copy: Copy, url: str) -> None:
    counts = []
    for _ in range(2):
        result = copy.run(
            "sh db/scripts/migrate.sh upgrade && sh db/scripts/migrate.sh seed", DOCFLOW_DB__URL=url
        )
        assert result.code == 0, result.said
        counts.append(
            [await count(url, table) for table in ("clients", "users", "prompts", "configurations")]
        )
    assert counts == [[3, 10, 20, 20]] * 2


async def test_the_url_of_the_file_is_used_when_the_environment_has_none(copy: Copy, url: str) -> None:
    (copy.root / "db" / ".env").write_text(f"# mine\nDATABASE_URL={url}\n")
    assert "pending: 0001_base" in copy.run("sh db/scripts/migrate.sh status").said


@pytest.mark.parametrize(
    "given",
    [
        "postgresql+asyncpg://app:s3cr3t@h/d",
        "postgresql+psycopg2://app:s3cr3t@h/d",
        "postgresql://app:s3cr3t@h/d",
        "mysql://app:s3cr3t@h/d",
    ],
)
def test_another_driver_is_refused_with_the_right_form(copy: Copy, given: str) -> None:
    result = copy.run("sh db/scripts/migrate.sh upgrade", DATABASE_URL=given)
    assert result.code == 2
    assert "postgresql+psycopg://user:password@host:5432/database" in result.said
    assert "s3cr3t" not in result.said


@pytest.mark.parametrize("verb", ["seed", "fresh"])
def test_production_is_not_filled_or_emptied(copy: Copy, database_urls: DatabaseUrls, verb: str) -> None:
    given = {"DOCFLOW_ENV": "production", "DATABASE_URL": database_urls.admin}
    result = copy.run(f"sh db/scripts/migrate.sh {verb}", **given)
    assert result.code == 3
    assert "--force" in result.said


async def test_production_is_filled_when_it_is_asked_for(
    copy: Copy, fresh_database_urls: DatabaseUrls
) -> None:
    given = {"DOCFLOW_ENV": "production", "DATABASE_URL": fresh_database_urls.admin}
    assert copy.run("sh db/scripts/migrate.sh seed --force", **given).code == 0
    assert await count(fresh_database_urls.admin, "clients") == 3


def test_a_server_that_is_not_there_is_one_line(copy: Copy) -> None:
    result = copy.run(
        "sh db/scripts/migrate.sh status", DATABASE_URL="postgresql+psycopg://app:s3cr3t@127.0.0.1:9/d"
    )
    assert result.code == 1
    assert "Traceback" not in result.said
    assert "s3cr3t" not in result.said


def test_without_a_verb_it_explains_itself(copy: Copy) -> None:
    assert "usage: migrate.sh VERB" in copy.run("sh db/scripts/migrate.sh").said


async def test_the_seed_runs_by_plain_psql(fresh_database_urls: DatabaseUrls) -> None:
    types, seed = ROOT / "db/types/built_in.sql", ROOT / "db/seeds/001_sample_data.sql"
    url = libpq_url(fresh_database_urls.admin)
    for _ in range(2):
        subprocess.run(
            ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", types, "-f", seed, url],
            check=True,
            capture_output=True,
            env=os.environ | {"PATH": with_psql()},
        )
    assert await count(fresh_database_urls.admin, "users") == 10
    assert await count(fresh_database_urls.admin, "configurations") == 4 * 5
