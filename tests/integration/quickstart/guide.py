"""A page of the documentation, followed as a reader would: in a clone of its own, command after command."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LEAVE = ".venv/bin/docflow down >/dev/null 2>&1; kill $(jobs -p) 2>/dev/null || :"


def cloned(folder: Path) -> Path:
    subprocess.run(["git", "clone", "-q", "--depth=1", ROOT.as_uri(), folder], check=True)
    return folder


def followed(page: str, clone: Path, before: str = "true") -> str:
    """What `before` and the page's commands print. The first that fails fails the test; what `up` started is stopped at the end."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    commands = "".join(_BLOCK.findall((ROOT / page).read_text(encoding="utf-8")))
    script = f"set -eu\ntrap '{_LEAVE}' EXIT\n{before}\n{commands.replace('curl -sS ', 'curl -sS --fail-with-body ')}"
    settings = {name: value for name, value in os.environ.items() if not name.startswith("DOCFLOW_")}
    done = subprocess.run(
        ["/bin/sh", "-c", script], cwd=clone, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
