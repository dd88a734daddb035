"""A private PgBouncer in transaction mode with one server connection for each login."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

_START_S = 10.0


def program() -> str | None:
    """Debian keeps it out of an ordinary user's path."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def open_pooler(
    folder: Path, *, server_port: int, database: str, passwords: Mapping[str, str]
) -> Iterator[int]:
    """Yields its port. Skips the test where the program is missing."""
    found = program()
    if found is None:
        pytest.skip("pgbouncer is not installed")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    users = folder / "users.txt"
    users.write_text("".join(f'"{name}" "{password}"\n' for name, password in passwords.items()))
    config = folder / "pgbouncer.ini"
    config.write_text(
        "[databases]\n"
        f"{database} = host=127.0.0.1 port={server_port} dbname={database}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = scram-sha-256\nauth_file = {users}\n"
        "pool_mode = transaction\ndefault_pool_size = 1\nmin_pool_size = 0\nreserve_pool_size = 0\n"
        "max_client_conn = 300\nquery_wait_timeout = 20\n"
    )
    arguments = [found, "-q", str(config)]
    if os.geteuid() == 0:
        # It refuses to run as root, and must read its files as somebody else.
        account = pwd.getpwnam("nobody")
        for path in (folder, users, config):
            os.chown(path, account.pw_uid, account.pw_gid)
        arguments[1:1] = ["-u", account.pw_name]
    log = folder / "pgbouncer.log"
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        _wait(process, port, log)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"pgbouncer does not listen:\n{log.read_text()}")
