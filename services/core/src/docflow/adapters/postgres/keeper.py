"""Holds one PostgreSQL process from a thread that lives as long as it does."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from docflow.adapters.postgres.account import Account

_CHILD = Path(__file__).with_name("child.py")


def child_command(account: Account, command: Sequence[str | Path]) -> list[str]:
    uid, gid = (account.uid, account.gid) if account.switch else (-1, -1)
    return [
        sys.executable,
        *("-I", "-S", str(_CHILD), str(os.getpid()), str(uid), str(gid)),
        *(str(part) for part in command),
    ]


class Keeper:
    """Linux tells a child of its parent's death when the *thread* that started it ends, so that thread stays.

    The process is in a session of its own: a Ctrl-C meant for the program must not reach the database first.
    """

    def __init__(self, account: Account, command: Sequence[str | Path], log: Path) -> None:
        self._command = child_command(account, command)
        self._log = log
        self._started = threading.Event()
        self._ended = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: OSError | None = None
        threading.Thread(target=self._keep, name="postgres-keeper", daemon=True).start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure

    def _keep(self) -> None:
        try:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own command
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env={"LC_ALL": "C"},
                    start_new_session=True,
                )
        except OSError as error:
            self._failure = error
            return
        finally:
            self._started.set()
        self._process.wait()
        self._ended.set()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._ended.is_set()

    def wait(self, timeout_s: float) -> bool:
        """True when the process has ended within that time."""
        return self._ended.wait(timeout_s)
