"""What `docflow up` costs while nothing happens: memory by process, seconds to start and to stop.

    python -m tests.load.idle [SECONDS]

Memory is the proportional set size (shared pages divided by those who share them), summed over the program and all
its children; Linux only. SECONDS is how long it rests before it is looked at (default 10).
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

START_S = 120.0
# As on anybody's machine: compiled modules are kept, so that a second start is a second start.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def tree(root: int) -> list[int]:
    """The process and everything below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def pss_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    return " ".join(words)[:60].strip() or "?"


@contextlib.contextmanager
def program(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """`docflow up` on a home folder, and the seconds until its run file stood there."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "docflow_cli", "up"],
        env=ENVIRONMENT | {"DOCFLOW_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not (home / "run.json").exists():
            if process.poll() is not None or time.monotonic() - began > START_S:
                raise SystemExit(f"it did not start; see {home / 'logs'}")
            time.sleep(0.05)
        yield process, time.monotonic() - began
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def import_seconds(module: str) -> float:
    """A plain import."""
    return _seconds(f"import {module}")


def load_seconds(service: str) -> float:
    """As `docflow run SERVICE` and `docflow up` load it: the garbage collector rests meanwhile."""
    return _seconds(f"from docflow_cli.services import load; load(({service!r},))")


def _seconds(statement: str) -> float:
    """Best of three, in a fresh interpreter each."""
    line = f"import time; began = time.perf_counter(); {statement}; print(time.perf_counter() - began)"
    return min(
        float(subprocess.check_output([sys.executable, "-c", line], env=ENVIRONMENT)) for _ in range(3)
    )


def measure(rest_s: float) -> dict[str, float]:
    """Prints the memory of each process; returns the figures."""
    folder = Path(tempfile.mkdtemp(prefix="docflow-idle-"))
    folder.chmod(0o711)
    try:
        with program(folder / "home") as (process, start_s):
            time.sleep(rest_s)
            costs = {pid: pss_bytes(pid) for pid in tree(process.pid)}
            names = {pid: name(pid) for pid in costs}
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            code = process.wait(30)
            stop_s = time.monotonic() - began
        with program(folder / "home") as (_, again_s):
            pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for pid, cost in sorted(costs.items(), key=lambda each: -each[1]):
        print(f"{cost / 2**20:8.1f} MB  {names[pid]}")
    return {
        "idle_pss_mb": round(sum(costs.values()) / 2**20, 1),
        "processes": len(costs),
        "start_s": round(start_s, 2),
        "start_again_s": round(again_s, 2),
        "stop_s": round(stop_s, 2),
        "exit_code": code,
        "api_import_s": round(import_seconds("docflow_api.app"), 2),
        "api_load_s": round(load_seconds("backend-api"), 2),
        "help_s": round(help_seconds(), 2),
    }


def help_seconds() -> float:
    """`docflow --help`, best of three."""
    return min(_help_once() for _ in range(3))


def _help_once() -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "docflow_cli", "--help"],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)))
