"""What a child process does before and around every call: limits, and dying with its parent."""

import ctypes
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from docflow.domain.errors import PermanentError

_PR_SET_PDEATHSIG = 1
_FORBIDDEN = frozenset(
    {
        "socket.connect",
        "socket.getaddrinfo",
        "socket.bind",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
    }
)


def prepare(parent_pid: int, memory_bytes: int, warming: Sequence[Callable[[], object]] = ()) -> None:
    """Runs once in a fresh child: bounded memory, no core dumps, no network or programs from Python code.

    `warming` is called within these limits; what it cannot do now, a call does later.
    """
    # Ctrl-C reaches the whole process group; the parent decides when a child ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with(parent_pid)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory_bytes)
    sys.addaudithook(_refuse)
    for function in warming:
        with suppress(Exception):
            function()


def call(function: Callable[..., object], cpu_s: float, args: tuple[object, ...]) -> object:
    """Call with `cpu_s` seconds of processor time; memory that runs out becomes `resource_limit`.

    The processor limit counts the whole life of a process, so each call moves it.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + cpu_s) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    try:
        return function(*args)
    except MemoryError:
        raise PermanentError("the file needs more memory than allowed", code="resource_limit") from None


def _limit(kind: int, value: int) -> None:
    # macOS has no working RLIMIT_AS; there the timeout is the guard.
    with suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not allowed where documents are parsed")


def _die_with(parent_pid: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent_pid,), daemon=True).start()
    if os.getppid() != parent_pid:  # it died before the signal was armed
        os._exit(1)


def _watch(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(1)
    os._exit(1)
