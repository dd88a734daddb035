import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from docflow.adapters.postgres import programs
from docflow.adapters.postgres.account import account_for
from docflow.adapters.postgres.embedded import EmbeddedPostgres, throw_away_postgres
from docflow.domain.errors import DocflowError

from tests.integration.embedded.conftest import PACKAGES, STRANGER, Spawn, needs_root

linux = pytest.mark.skipif(sys.platform != "linux", reason="a server follows its parent on Linux only")


@contextlib.contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def ask(url: str, sql: str) -> object:
    with connected(url) as connection:
        row = connection.execute(sql).fetchone()
    return row[0] if row else None


def write_one(url: str) -> None:
    with connected(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def kept(url: str) -> object:
    return ask(url, "SELECT count(*) FROM kept")


@contextlib.contextmanager
def running(server: EmbeddedPostgres) -> Iterator[str]:
    try:
        yield server.start()
    finally:
        server.stop()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def gone_within(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def server_pid(home: Path) -> int:
    pid = EmbeddedPostgres(home).status().pid
    assert pid is not None
    return pid


def test_a_new_database_speaks_utf8_sorts_by_code_point_and_listens_on_loopback_only(home: Path) -> None:
    with running(EmbeddedPostgres(home)) as url:
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT 'Z' < 'a'") is True
        assert ask(url, "SHOW listen_addresses") == "127.0.0.1"
        assert ask(url, "SHOW unix_socket_directories") == ""
        assert ask(url, "SHOW fsync") == "on"


def test_a_wrong_password_is_refused(home: Path) -> None:
    with running(EmbeddedPostgres(home)) as url:
        name, _, place = url.rpartition("@")
        wrong = f"{name}x@{place}"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(wrong, "SELECT 1")


def test_what_is_kept_about_the_password_is_for_its_owner_only(home: Path) -> None:
    with running(EmbeddedPostgres(home)):
        assert (home / "postgres.json").stat().st_mode & 0o777 == 0o600


def test_data_and_address_stay_over_a_restart(home: Path) -> None:
    with running(EmbeddedPostgres(home)) as first:
        write_one(first)
    with running(EmbeddedPostgres(home)) as second:
        assert (second, kept(second)) == (first, 1)


def test_another_port_is_taken_when_the_last_one_is_in_use(home: Path) -> None:
    with running(EmbeddedPostgres(home)) as first:
        write_one(first)
    port = EmbeddedPostgres(home).status().port
    with socket.create_server(("127.0.0.1", port or 0)), running(EmbeddedPostgres(home)) as second:
        assert second != first
        assert kept(second) == 1


def test_stopping_with_open_sessions_takes_less_than_two_seconds(home: Path) -> None:
    server = EmbeddedPostgres(home)
    with contextlib.suppress(psycopg.OperationalError), connected(server.start()) as session:
        session.execute("BEGIN")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 2
    assert not server.status().running


def test_one_parent_at_a_time_and_the_second_is_told_who_it_is(home: Path, spawn: Spawn) -> None:
    first = spawn(home)
    address(first)
    second = spawn(home)
    assert address(second).startswith("home_in_use:")
    assert second.wait() == 1
    assert EmbeddedPostgres(home).status().running


@linux
def test_the_server_goes_with_a_parent_that_was_killed_and_the_data_stay(home: Path, spawn: Spawn) -> None:
    parent = spawn(home)
    write_one(address(parent))
    server = server_pid(home)
    parent.kill()
    assert gone_within(server, 5)
    with running(EmbeddedPostgres(home)) as url:
        assert kept(url) == 1


@linux
def test_data_survive_when_parent_and_server_are_killed_together(home: Path, spawn: Spawn) -> None:
    parent = spawn(home)
    url = address(parent)
    server = server_pid(home)
    with contextlib.suppress(psycopg.OperationalError), connected(url) as session:
        session.execute("CREATE TABLE kept (n int)")
        session.execute("INSERT INTO kept VALUES (1)")
        os.kill(server, signal.SIGKILL)
        parent.kill()
    with running(EmbeddedPostgres(home)) as again:
        assert kept(again) == 1


@linux
def test_a_server_that_outlived_its_parent_is_ended_by_the_next_start(home: Path) -> None:
    first = EmbeddedPostgres(home)
    write_one(first.start())
    command = Path(f"/proc/{server_pid(home)}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
    data = first.status().data
    first.stop()
    assert data is not None
    owner = data.stat().st_uid
    orphan = subprocess.Popen(
        command, user=owner if os.geteuid() == 0 else None, stderr=subprocess.DEVNULL, cwd="/"
    )
    while not first.status().running:
        time.sleep(0.02)
    with running(EmbeddedPostgres(home)) as url:
        assert orphan.wait(5) == 0
        assert kept(url) == 1


def test_a_pid_that_belongs_to_another_process_by_now_is_no_server(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    data = server.status().data
    server.stop()
    assert data is not None
    with subprocess.Popen(["/bin/sleep", "60"], user=data.stat().st_uid) as other:
        written = f"{other.pid}\n{data}\n{int(time.time()) - 3600}\n{server.status().port}\n\n127.0.0.1\n"
        (data / "postmaster.pid").write_text(written)
        os.chown(data / "postmaster.pid", data.stat().st_uid, data.stat().st_gid)
        with running(EmbeddedPostgres(home)):
            assert other.poll() is None
        other.kill()


def test_a_server_that_died_comes_back_under_the_same_address(home: Path) -> None:
    server = EmbeddedPostgres(home)
    with running(server) as url:
        write_one(url)
        os.kill(server_pid(home), signal.SIGKILL)
        while server.running:
            time.sleep(0.02)
        assert (server.start(), kept(url)) == (url, 1)


def test_a_half_made_database_is_made_anew(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    data = server.status().data
    server.stop()
    assert data is not None
    shutil.move(data, data.with_name("data.new"))
    (data.with_name("data.new") / "global" / "pg_control").unlink()
    with running(EmbeddedPostgres(home)) as url:
        assert ask(url, "SELECT 1") == 1


def test_data_of_a_version_that_is_not_here_are_refused_untouched(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    data = server.status().data
    server.stop()
    assert data is not None
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(DocflowError, match="made by PostgreSQL 14") as refusal:
        EmbeddedPostgres(home).start()
    assert refusal.value.code == "embedded_postgres_version"
    assert (data / "base").is_dir()


def test_a_named_folder_without_programs_is_an_error_that_names_the_setting(home: Path) -> None:
    with pytest.raises(DocflowError, match="DOCFLOW_DB__EMBEDDED_BIN"):
        EmbeddedPostgres(home, programs=home).start()


@pytest.mark.parametrize(
    "found", list(programs.candidates(None)), ids=lambda each: f"{each.major}-{each.bin}"
)
def test_every_postgresql_of_this_machine_will_do(home: Path, found: programs.Programs) -> None:
    if not found.reached_by(account_for(home, None)):
        pytest.skip("these programs are out of the account's reach")
    with running(EmbeddedPostgres(home, programs=found.bin)) as url:
        assert str(ask(url, "SHOW server_version_num")).startswith(str(found.major))


def test_a_throw_away_server_leaves_nothing_behind(tmp_path: Path) -> None:
    with throw_away_postgres() as url:
        folder = Path(str(ask(url, "SHOW data_directory"))).parents[1]
        assert folder.is_dir()
    assert not folder.exists()


@needs_root()
def test_an_unprivileged_account_needs_neither_home_nor_environment(home: Path, spawn: Spawn) -> None:
    home.mkdir()
    os.chown(home, STRANGER, STRANGER)
    parent = spawn(home, user=STRANGER)
    write_one(address(parent))
    assert Path(f"/proc/{server_pid(home)}").stat().st_uid == STRANGER


@needs_root()
def test_root_runs_the_database_of_somebody_elses_folder_as_that_person(home: Path) -> None:
    home.mkdir(mode=0o700)
    os.chown(home, STRANGER, STRANGER)
    with running(EmbeddedPostgres(home)):
        assert Path(f"/proc/{server_pid(home)}").stat().st_uid == STRANGER
        assert {each.stat().st_uid for each in home.iterdir() if each.suffix == ".json"} == {STRANGER}


@needs_root()
def test_below_a_closed_folder_the_database_lies_elsewhere_and_is_found_again(home: Path) -> None:
    closed, elsewhere = home / "closed", home / "elsewhere"
    closed.mkdir(parents=True, mode=0o700)
    elsewhere.mkdir()
    with running(EmbeddedPostgres(closed, outside=(elsewhere,))) as url:
        write_one(url)
    again = EmbeddedPostgres(closed, outside=(elsewhere,))
    with running(again) as url:
        assert kept(url) == 1
        status = again.status()
        assert status.data is not None
        assert status.outside
        assert status.data.is_relative_to(elsewhere)
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root()
def test_programs_out_of_the_accounts_reach_are_copied_beside_the_data(home: Path, spawn: Spawn) -> None:
    closed = home / "closed"
    home.mkdir()
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(PACKAGES / name, closed / name)
    parent = spawn(home, packages=closed)
    assert ask(address(parent), "SELECT 1") == 1
    assert Path(f"/proc/{server_pid(home)}/exe").readlink().is_relative_to(home / "postgres" / "programs")
