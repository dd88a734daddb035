"""Starting in the background: a program of its own session, and waiting until it answers."""

import os
import subprocess
import sys
import time

from docflow.domain.errors import TransientError, UserError
from docflow.runtime.local_state import LocalState
from docflow.runtime.settings import Settings

from docflow_cli.welcome import welcome

_START_S = 120.0


def start_detached(settings: Settings) -> None:
    """Raises TransientError when it does not come up; its terminal output is in logs/up.log."""
    state = LocalState(settings.home)
    state.make()
    if (other := state.run()) is not None:
        raise UserError(f"DocFlow runs already in {state.home}: {other.api_url}", code="already_running")
    output = state.home / "logs" / "up.log"
    output.parent.mkdir(exist_ok=True)
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "docflow_cli", "up"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=os.environ | {"DOCFLOW_HOME": str(state.home)},
            start_new_session=True,
        )
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        if (run := state.run()) is not None:
            welcome(settings, run)
            return
        time.sleep(0.05)
    said = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise TransientError(
        f"it did not start: {said[-1] if said else 'no output'} (see {output})", code="start_failed"
    )
