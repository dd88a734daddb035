"""What one installation keeps in its home folder beside data and blobs: secrets made once, and who runs now."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import SecretStr

from docflow.adapters.postgres import processes
from docflow.adapters.postgres.home import keep_owner, make_home, write_private


@dataclass(frozen=True, slots=True)
class Run:
    """The program that runs a home folder. `pids` maps names to ids; "docflow" is the program itself."""

    api_url: str
    api_key: str
    admin_database_url: str | None
    pids: Mapping[str, int] = field(default_factory=dict)
    started_at: float = 0.0
    """When process "docflow" started, in seconds of the epoch: tells it from a later owner of its id."""


class LocalState:
    def __init__(self, home: Path) -> None:
        self.home = home.absolute()

    def make(self) -> None:
        make_home(self.home)

    @property
    def run_file(self) -> Path:
        return self.home / "run.json"

    def secret(self, name: str) -> str:
        """A random secret under this name, the same on each call: 43 characters, 256 bits."""
        kept = self._secrets()
        if name not in kept:
            # Several programs may start on one home at once: the first makes it, the others take that one.
            with self._alone():
                kept = self._secrets()
                if name not in kept:
                    kept[name] = secrets.token_urlsafe(32)
                    self._write_secrets(kept)
        return kept[name]

    def kept_secret(self, name: str) -> str | None:
        return self._secrets().get(name)

    def auth_secret(self) -> SecretStr:
        """What signs the tokens of this installation."""
        return SecretStr(self.secret("auth"))

    def keep_secret(self, name: str, value: str) -> None:
        with self._alone():
            self._write_secrets(self._secrets() | {name: value})

    def _write_secrets(self, kept: Mapping[str, str]) -> None:
        write_private(self.home / "secrets.json", json.dumps(kept, indent=1) + "\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; the kernel lets go of the lock when a holder dies."""
        path = self.home / "secrets.lock"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            keep_owner(path)
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)

    def _secrets(self) -> dict[str, str]:
        try:
            kept: dict[str, str] = json.loads((self.home / "secrets.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return kept

    def write_run(self, run: Run) -> None:
        write_private(self.run_file, json.dumps(asdict(run), indent=1) + "\n")

    def remove_run(self) -> None:
        self.run_file.unlink(missing_ok=True)

    def run(self) -> Run | None:
        """The program that runs now; a file that a killed one left behind does not count."""
        try:
            run = Run(**json.loads(self.run_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        alive = processes.is_same(run.pids.get("docflow", -1), run.started_at)
        return run if alive else None


def own_start() -> float:
    started = processes.started_at(os.getpid())
    assert started is not None
    return started
