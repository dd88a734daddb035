"""Who is behind a process id: ids are given again, start times are not."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

_LINUX = sys.platform == "linux"
_PROC = Path("/proc")


def started_at(pid: int) -> float | None:
    """Start time of a live process in seconds of the epoch, good to about a second; None = no such process."""
    return _started_at_linux(pid) if _LINUX else _started_at_ps(pid)


def _started_at_linux(pid: int) -> float | None:
    try:
        # The second field is the program's name in brackets and may hold blanks.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in "ZX":
        return None
    boot = next(
        int(line.split()[1]) for line in (_PROC / "stat").read_text().splitlines() if line.startswith("btime")
    )
    return boot + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _started_at_ps(pid: int) -> float | None:
    answer = subprocess.run(  # noqa: S603 - a fixed program and a number
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    )
    if not answer.stdout.strip():
        return None
    return datetime.strptime(answer.stdout.strip(), "%a %b %d %H:%M:%S %Y").astimezone().timestamp()


def works_in(pid: int, folder: Path) -> bool | None:
    """Whether the process's working folder is `folder`; None where this cannot be told."""
    if _LINUX:
        with suppress(OSError):
            return (_PROC / str(pid) / "cwd").readlink() == folder.resolve()
    return None


def is_same(pid: int, then: float, *, slack_s: float = 2.0) -> bool:
    """Whether `pid` is alive and is the process that started at `then`."""
    now = started_at(pid)
    return now is not None and abs(now - then) <= slack_s
