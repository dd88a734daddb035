"""`docflow up` on a home folder, as people start it, and the ways in which it can end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]

START_S = 90.0
GONE_S = 10.0


class Program:
    """Starts at once; `settings` are DOCFLOW_ variables without that prefix."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"],
            "DOCFLOW_HOME": str(home),
            "DOCFLOW_API__PORT": str(port),
            "DOCFLOW_LIMITS__REQUESTS_PER_MINUTE": "100000",
            **{f"DOCFLOW_{name}": value for name, value in settings.items()},
        }
        self.log = home.with_name(f"{home.name}.log")
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "docflow_cli", "up"],
                env=self.environment,
                cwd="/",
                stdout=out,
                stderr=out,
            )
        self.run: Json = {}

    def ready(self) -> "Program":
        """Returns once the gateway answers and the run file says so."""
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with {self.process.returncode}: {self.said()[-2000:]}")
            try:
                run: Json = json.loads((self.home / "run.json").read_text())
            except FileNotFoundError:
                run = {}
            if run.get("pids", {}).get("docflow") == self.process.pid:
                self.run = run
                return self
            time.sleep(0.03)
        raise AssertionError(f"no run file within {START_S:g} s: {self.said()[-2000:]}")

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def verb(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "docflow_cli", *words],
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def http(self, **given: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.run['api_key']}"}
        return httpx.Client(
            base_url=self.run["api_url"], headers=headers, trust_env=False, **{"timeout": 30, **given}
        )

    def kill(self) -> None:
        """The program alone; its children must follow by themselves."""
        family = below(self.process.pid)
        self.process.kill()
        self.process.wait()
        assert all_gone(family, GONE_S), "children outlived a killed program"

    def kill_all(self) -> None:
        """As when the machine loses its power: program, database and children at once."""
        for pid in [self.process.pid, *below(self.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def died(self, within_s: float) -> int | None:
        """The exit code once it ended by itself (a signal's number is negative); None when it still lives."""
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, how: signal.Signals = signal.SIGTERM) -> "Stopped":
        family = below(self.process.pid)
        began = time.monotonic()
        self.process.send_signal(how)
        code = self.process.wait(40)
        seconds = time.monotonic() - began
        until = time.monotonic() + 2
        # A child that was just being made goes with its parent, a moment later.
        while (left := [pid for pid in family if alive(pid)]) and time.monotonic() < until:
            time.sleep(0.02)
        return Stopped(code, seconds, left)

    def end(self) -> None:
        """Nothing of it is left afterwards, whatever state it was in."""
        if self.process.poll() is None:
            self.kill_all()


@dataclass(frozen=True, slots=True)
class Stopped:
    code: int
    seconds: float
    left: list[int] = field(default_factory=list)
    """Children that were still there when the program had ended."""


def below(pid: int) -> list[int]:
    """Every process below one, children's children too."""
    parents = {child: parent for child, parent, _ in _processes()}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found[1:]


def alive(pid: int) -> bool:
    return any(each == pid and state != "Z" for each, _, state in _processes())


def _processes() -> Iterator[tuple[int, int, str]]:
    """(id, parent's id, state in one letter). A bare Linux machine has no `ps`; others have no /proc."""
    if sys.platform != "linux":
        listed = subprocess.check_output(["ps", "-A", "-o", "pid=,ppid=,stat="], text=True).splitlines()
        for pid, parent, state in map(str.split, listed):
            yield int(pid), int(parent), state[0]
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                yield int(entry.name), int(parent), state


def all_gone(pids: list[int], within_s: float) -> bool:
    until = time.monotonic() + within_s
    while any(state != "Z" for pid, _, state in _processes() if pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
