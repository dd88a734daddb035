"""The write-ahead log kept by `deploy/backup/wal.sh`, and a server put back to a chosen second from it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from docflow.adapters.postgres.embedded import EmbeddedPostgres
from docflow.db.roles import libpq_url
from sqlalchemy import make_url

from tests.e2e.conftest import folder_for_servers
from tests.integration.deploy.stack import psql
from tests.unit.deploy.compose_file import DEPLOY

pytestmark = [pytest.mark.full, pytest.mark.timeout(240)]


class Archived:
    """A server whose log goes to a folder of its own, and the script as an operator runs it."""

    def __init__(self, folder: Path) -> None:
        self.wal = folder / "wal"
        # The server's account reads neither the repository nor somebody else's folder.
        self.script = Path(shutil.copy(DEPLOY / "backup" / "wal.sh", folder))
        self.script.chmod(0o755)
        command = f"WAL_FOLDER={self.wal} sh {self.script} archive %p %f"
        self.server = EmbeddedPostgres(
            folder / "home", options={"archive_mode": "on", "archive_command": command}
        )
        self.url = self.server.start()
        data = self.server.status().data
        assert data is not None
        self.data = data
        at = self.data.stat()
        self.owner = f"{at.st_uid}:{at.st_gid}"

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        at = make_url(self.url)
        return subprocess.run(
            ["sh", str(self.script), *words],
            env={
                "PATH": f"{psql()}:{os.environ['PATH']}:{os.defpath}",
                "PGHOST": str(at.host),
                "PGPORT": str(at.port),
                "PGUSER": str(at.username),
                "PGPASSWORD": str(at.password),
                "WAL_FOLDER": str(self.wal),
                **({"WAL_OWNER": self.owner} if os.geteuid() == 0 else {}),
                **more,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def sql(self, statement: str) -> list[str]:
        with psycopg.connect(libpq_url(self.url), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return [str(row[0]) for row in cursor.fetchall()] if cursor.description else []

    def write(self, what: str) -> str:
        """One row more; the server's time right after it, UTC."""
        self.sql(f"INSERT INTO kept VALUES ('{what}')")
        return self.sql("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")[0]

    def lose_all_and_restore(self, *time: str, **more: str) -> None:
        """What the server has not archived when it ends stays lost: its folder is gone."""
        self.server.stop()
        shutil.rmtree(self.data)
        self.data.mkdir()
        uid, gid = map(int, self.owner.split(":"))
        os.chown(self.data, uid, gid)
        done = self.run("restore", str(self.data), *time, **more)
        assert done.returncode == 0, done.stderr
        self.server.start()

    def kept(self) -> list[str]:
        return self.sql("SELECT what FROM kept ORDER BY what")


@pytest.fixture
def archived() -> Iterator[Archived]:
    with folder_for_servers() as folder:
        made = Archived(folder)
        try:
            made.sql("CREATE TABLE kept (what text)")
            yield made
        finally:
            made.server.remove()


def test_a_server_is_put_back_to_a_chosen_second(archived: Archived) -> None:
    assert archived.run("check").returncode == 1
    done = archived.run("base")
    assert done.returncode == 0, done.stderr
    after_a, after_b, _ = (archived.write(what) for what in ("a", "b", "c"))

    archived.lose_all_and_restore(after_a)
    assert archived.kept() == ["a"]
    archived.write("written after the restore")

    # It was too early: the same log, read on where the first restore left it.
    archived.lose_all_and_restore(after_b, WAL_TIMELINE="1")
    assert archived.kept() == ["a", "b"]

    archived.lose_all_and_restore(WAL_TIMELINE="1")
    assert archived.kept() == ["a", "b", "c"]
    assert archived.run("base").returncode == 0
    assert archived.run("check").returncode == 0

    # A base of a restored server carries nothing of that restore.
    archived.lose_all_and_restore(after_b, WAL_TIMELINE="1")
    for name in archived.wal.glob("base/*"):
        shutil.rmtree(name)
    assert archived.run("base").returncode == 0
    archived.write("d")
    archived.lose_all_and_restore()
    assert archived.kept() == ["a", "b", "d"]


def test_old_bases_go_and_with_them_the_log_from_before(archived: Archived) -> None:
    assert archived.run("base").returncode == 0
    (first,) = (archived.wal / "base").iterdir()
    first.rename(first.with_name("20260101T020000Z"))
    archived.write("a")
    done = archived.run("base", WAL_BASES="1")
    assert done.returncode == 0, done.stderr
    (kept,) = (archived.wal / "base").iterdir()
    needed = (kept / "backup_label").read_text().partition("(file ")[2].partition(")")[0]
    segments = sorted(path.stem for path in (archived.wal / "archive").glob("*.gz") if len(path.stem) == 24)
    assert [each for each in segments if each < needed] == []
    archived.lose_all_and_restore()
    assert archived.kept() == ["a"]


def test_a_segment_that_is_archived_twice_is_kept_once_and_never_replaced(archived: Archived) -> None:
    assert archived.run("base").returncode == 0
    segment = archived.script.with_name("000000010000000000000099")
    segment.write_bytes(b"log")
    assert archived.run("archive", str(segment), segment.name).returncode == 0
    assert archived.run("archive", str(segment), segment.name).returncode == 0
    segment.write_bytes(b"another log")
    assert archived.run("archive", str(segment), segment.name).returncode == 1


@pytest.mark.parametrize("time", ["yesterday", "2026-01-01 00:00:00'", "2000-01-01 00:00:00"])
def test_a_restore_that_cannot_be_is_refused_before_anything_is_written(
    archived: Archived, time: str
) -> None:
    assert archived.run("base").returncode == 0
    empty = archived.script.with_name("empty")
    empty.mkdir()
    assert archived.run("restore", str(empty), time).returncode != 0
    assert list(empty.iterdir()) == []
    assert archived.run("restore", str(archived.data)).returncode == 1
