"""The backup script against a real server, as the superuser that its container is: others' rows are closed to them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from docflow.adapters.postgres.embedded import throw_away_postgres
from docflow.db import seed
from docflow.db.roles import libpq_url
from docflow.testing.database import DatabaseServer, DatabaseUrls
from sqlalchemy import make_url

from tests.integration.deploy.stack import psql
from tests.unit.deploy.compose_file import DEPLOY


def run(folder: Path, url: str, verb: str, **more: str) -> subprocess.CompletedProcess[str]:
    at = make_url(url)
    return subprocess.run(
        ["sh", str(DEPLOY / "backup" / "backup.sh"), verb],
        env={
            "PATH": f"{psql()}:{os.environ['PATH']}:{os.defpath}",
            "PGHOST": str(at.host),
            "PGPORT": str(at.port),
            "PGUSER": str(at.username),
            "PGPASSWORD": str(at.password or ""),
            "BACKUP_DATABASES": str(at.database),
            "BACKUP_FOLDER": str(folder),
            **more,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def dumps(folder: Path) -> list[str]:
    return sorted(path.name.split("-", 1)[1].removesuffix(".dump") for path in folder.glob("*.dump"))


@pytest.fixture(scope="module")
def own_server() -> Iterator[DatabaseServer]:
    with throw_away_postgres() as url:
        yield DatabaseServer(url)


@pytest.fixture(scope="module")
async def seeded(own_server: DatabaseServer) -> DatabaseUrls:
    urls = await own_server.clone()
    await seed.load(urls.owner)
    return urls


def test_seven_days_and_four_sundays_are_kept(tmp_path: Path, seeded: DatabaseUrls) -> None:
    name = make_url(seeded.admin).database
    for part, days in (("daily", 9), ("weekly", 6)):
        (tmp_path / part).mkdir()
        for day in range(1, days + 1):
            (tmp_path / part / f"{name}-2026-01-{day:02}.dump").touch()
    done = run(tmp_path, seeded.admin, "now", BACKUP_DAY="2026-02-01", BACKUP_WEEKDAY="7")
    assert done.returncode == 0, done.stderr
    assert dumps(tmp_path / "daily") == [*(f"2026-01-0{day}" for day in range(4, 10)), "2026-02-01"]
    assert dumps(tmp_path / "weekly") == ["2026-01-04", "2026-01-05", "2026-01-06", "2026-02-01"]


async def test_a_dump_brings_every_table_back(
    tmp_path: Path, own_server: DatabaseServer, seeded: DatabaseUrls
) -> None:
    done = run(tmp_path, seeded.admin, "now")
    assert done.returncode == 0, done.stderr
    (dump,) = (tmp_path / "daily").glob("*.dump")
    listed = subprocess.run(
        [f"{psql()}/pg_restore", "--list", dump], capture_output=True, text=True, check=True
    )
    assert "TABLE DATA public clients docflow_owner" in listed.stdout
    empty = await own_server.empty()
    at = make_url(empty.admin)
    subprocess.run(
        [f"{psql()}/pg_restore", "--exit-on-error", "-h", str(at.host), "-p", str(at.port), "-U", str(at.username),
         "-d", str(at.database), dump],
        env={"PGPASSWORD": str(at.password or "")}, check=True, capture_output=True,
    )  # fmt: skip
    async with await psycopg.AsyncConnection.connect(libpq_url(empty.admin)) as connection:
        cursor = await connection.execute("SELECT count(*) FROM clients")
        assert await cursor.fetchone() == (3,)
    own_server.give_back(empty)


def test_a_failed_dump_leaves_no_file_and_is_an_error(tmp_path: Path, seeded: DatabaseUrls) -> None:
    done = run(tmp_path, seeded.admin, "now", BACKUP_DATABASES="no_such_database")
    assert done.returncode == 1
    assert list(tmp_path.rglob("*.dump*")) == []


def test_a_backup_that_is_missing_is_unhealthy(tmp_path: Path, seeded: DatabaseUrls) -> None:
    assert run(tmp_path, seeded.admin, "check").returncode == 1
    assert run(tmp_path, seeded.admin, "now").returncode == 0
    assert run(tmp_path, seeded.admin, "check").returncode == 0
