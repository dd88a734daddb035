"""The Python services of `deploy/compose.yaml` as processes of this machine, each with exactly its environment.

What a container has and a process has not is put in its place: addresses of other containers, the folders of secrets
and files, ports.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from docflow.adapters.postgres.programs import candidates
from sqlalchemy import make_url

from tests.unit.deploy.compose_file import DEPLOY, compose, secrets_of

READY_S = 60.0
STOP_S = 30.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def psql() -> str:
    """The psql that belongs to the PostgreSQL which tests start, else the system's."""
    for programs in candidates(None):
        if (programs.bin / "psql").exists():
            return str(programs.bin)
    found = shutil.which("psql")
    assert found is not None, "no psql"
    return str(Path(found).parent)


@dataclass
class Replica:
    name: str
    process: subprocess.Popen[bytes]
    admin: str
    log: Path

    def wait_ready(self) -> dict[str, Any]:
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            assert self.process.poll() is None, f"{self.name} ended:\n{self.said()}"
            with suppress(httpx.HTTPError):
                answer = httpx.get(f"{self.admin}/readyz", trust_env=False)
                if answer.is_success:
                    return dict(answer.json())
            time.sleep(0.1)
        raise AssertionError(f"{self.name} is not ready:\n{self.said()}")

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code and how long it took, in seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_S + 5)
        return code, time.monotonic() - began

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]


@dataclass
class Stack:
    folder: Path
    server: str
    """The superuser's URL of a PostgreSQL server that is this stack's alone."""
    settings: dict[str, str] = field(default_factory=dict)
    """What every service is told besides the file's environment."""
    replicas: list[Replica] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secrets = self.folder / "secrets"
        self.files = self.folder / "files"
        self.files.mkdir()
        url = make_url(self.server)
        hosts = {
            "DOCFLOW_DATABASE_HOST": f"127.0.0.1:{url.port}",
            "DOCFLOW_BROKER_HOST": f"127.0.0.1:{free_port()}",
            "DOCFLOW_CACHE_HOST": f"127.0.0.1:{free_port()}",
        }
        self._sh("secrets.sh", str(self.secrets), **hosts)
        login = {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(url.port),
            "PGPASSWORD": str(url.password),
            "POSTGRES_USER": str(url.username),
            "SECRETS_DIR": str(self.secrets),
        }
        self._sh("postgres/10-docflow.sh", **login)

    def replace_secret(self, name: str, text: str) -> None:
        path = self.secrets / name
        path.chmod(0o644)
        path.write_text(text, encoding="utf-8")

    def once(self, name: str, *command: str) -> str:
        """Run a service's container to its end; with `command` in place of its own."""
        part = compose()["services"][name]
        done = subprocess.run(
            [sys.executable, "-m", "docflow_cli", *(command or part["command"])],
            env=self._environment(name, part, self.folder / name),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str) -> Replica:
        part = compose()["services"][name]
        place = self.folder / f"{name}-{len(self.replicas)}"
        environment = self._environment(name, part, place)
        log = self.folder / f"{place.name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "docflow_cli", *part["command"]],
                env=environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        replica = Replica(name, process, f"http://127.0.0.1:{environment['DOCFLOW_ADMIN__PORT']}", log)
        self.replicas.append(replica)
        if "DOCFLOW_API__PORT" in environment:
            self.api = f"http://127.0.0.1:{environment['DOCFLOW_API__PORT']}"
        return replica

    def close(self) -> None:
        for replica in self.replicas:
            if replica.process.poll() is None:
                replica.process.kill()
                replica.process.wait()

    def _environment(self, name: str, part: dict[str, Any], place: Path) -> dict[str, str]:
        """Only the secrets that the service lists are in its folder; the image adds DOCFLOW_HOME."""
        own = place / "secrets"
        own.mkdir(parents=True, exist_ok=True)
        for secret, target in secrets_of(part).items():
            shutil.copy(self.secrets / secret, own / Path(target).name)
        given = {key: self._here(str(value), own) for key, value in part["environment"].items()}
        ports = {key: str(free_port()) for key in given if key.endswith("__PORT")}
        hosts = {key: "127.0.0.1" for key in given if key.endswith("__HOST")}
        image = {
            "PATH": os.environ["PATH"],
            "DOCFLOW_HOME": str(place / "home"),
            "DOCFLOW_LOG__JSON_LINES": "true",
        }
        return {**image, **given, **ports, **hosts, **self.settings}

    def _here(self, value: str, secrets: Path) -> str:
        return value.replace("/run/secrets", str(secrets)).replace("/var/lib/docflow/files", str(self.files))

    def _sh(self, script: str, *arguments: str, **environment: str) -> None:
        done = subprocess.run(
            ["sh", str(DEPLOY / script), *arguments],
            env={"PATH": f"{psql()}:{os.environ['PATH']}:{os.defpath}", **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
