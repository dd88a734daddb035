"""The services of an installation as processes on servers, kept running as compose keeps its containers."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from docflow.adapters.postgres.databases import login_url
from docflow.db.database import Database
from docflow.db.roles import APP
from docflow.runtime.local_key import local_api_key
from docflow.runtime.local_state import LocalState

from tests.e2e.servers import PASSWORD, Replica, Servers

WORKERS = ("worker-ocr", "worker-processor", "worker-output")
ALONE = ("backend-api", "service-audit")

_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _STABLE_S = 0.1, 60.0, 10.0
"""Docker's: each restart waits twice as long as the one before, until a container has run for ten seconds."""
_LOOK_S = 0.02
_READY_S = 60.0


@dataclass(frozen=True, slots=True)
class Kill:
    service: str
    pid: int
    at: datetime


@dataclass(slots=True)
class _Kept:
    replica: Replica
    started: float
    pause_s: float = _FIRST_PAUSE_S
    due: float | None = None
    """When it is to be started again; None = it runs."""


@dataclass
class Fleet:
    """`home`, `run` and `http` are those of an installation that `Books` can look into."""

    servers: Servers
    environment: dict[str, str]
    replicas_of_each: int = 3
    kills: list[Kill] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = self.servers.folder / "home"
        self.run: dict[str, Any] = {
            "admin_database_url": self.servers.admin,
            "api_url": f"http://127.0.0.1:{self.environment['DOCFLOW_API__PORT']}",
            "api_key": asyncio.run(self._api_key()),
        }
        self._turn = threading.Lock()
        self._kept = [
            self._started(f"{name}-{number}", name)
            for name in (*ALONE, *WORKERS)
            for number in range(1 if name in ALONE else self.replicas_of_each)
        ]

    def http(self, **given: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.run['api_key']}"}
        return httpx.Client(
            base_url=self.run["api_url"], headers=headers, trust_env=False, **{"timeout": 30, **given}
        )

    def until_ready(self) -> None:
        until = time.monotonic() + _READY_S
        with self.http() as http:
            while True:
                try:
                    if http.get("/readyz").is_success:
                        return
                except httpx.TransportError:
                    pass
                assert time.monotonic() < until, self.said("backend-api")
                time.sleep(0.1)

    def pids(self) -> dict[str, list[int]]:
        """By service, those of its replicas."""
        found: dict[str, list[int]] = {}
        for kept in self._kept:
            found.setdefault(kept.replica.name, []).append(kept.replica.process.pid)
        return found

    def kill_a_worker(self, chance: random.Random) -> None:
        """One of the three kinds after the other; of its replicas any that runs, or the next that does."""
        name = WORKERS[len(self.kills) % len(WORKERS)]
        while not self._kill_one(name, chance):
            time.sleep(_LOOK_S)

    def _kill_one(self, name: str, chance: random.Random) -> bool:
        with self._turn:
            replicas = [kept.replica for kept in self._kept if kept.replica.name == name]
            running = [each for each in replicas if each.process.poll() is None]
            if not running:
                return False
            chosen = chance.choice(running)
            chosen.kill()
            self.kills.append(Kill(name, chosen.process.pid, datetime.now(UTC)))
            return True

    def said(self, name: str) -> str:
        logs = self.servers.folder.glob(f"{name}*.log")
        return "\n".join(log.read_text(errors="replace")[-3000:] for log in logs)

    @contextmanager
    def kept_running(self) -> Iterator[None]:
        ended = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(ended,))
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()

    def close(self) -> None:
        for kept in self._kept:
            if kept.replica.process.poll() is None:
                kept.replica.kill()

    def _keep(self, ended: threading.Event) -> None:
        while not ended.wait(_LOOK_S):
            with self._turn:
                for kept in self._kept:
                    _look_after(kept)

    def _started(self, log_name: str, name: str) -> _Kept:
        log = self.servers.folder / f"{log_name}.log"
        return _Kept(Replica(name, self.environment, log), time.monotonic())

    async def _api_key(self) -> str:
        state = LocalState(self.home)
        state.make()
        database = Database(login_url(self.servers.admin, APP, PASSWORD), pool_size=1)
        try:
            return await local_api_key(state, database, self.servers.admin, datetime.now(UTC))
        finally:
            await database.aclose()


def _look_after(kept: _Kept) -> None:
    now = time.monotonic()
    if kept.due is None and kept.replica.process.poll() is not None:
        if now - kept.started >= _STABLE_S:
            kept.pause_s = _FIRST_PAUSE_S
        kept.due = now + kept.pause_s
        kept.pause_s = min(2 * kept.pause_s, _LONGEST_PAUSE_S)
    if kept.due is not None and now >= kept.due:
        kept.replica.keep()
        kept.started, kept.due = now, None
