import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "quickstart.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with an environment of its own, as a reader has it."""
    folder = tmp_path / "docflow"
    subprocess.run(["git", "clone", "-q", "--depth=1", ROOT.as_uri(), folder], check=True)
    return folder


@pytest.mark.full
@pytest.mark.timeout(180)
def test_the_commands_of_the_quick_start_work_in_their_order(clone: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    commands = "".join(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    script = f"set -eu\ntrap '.venv/bin/docflow down >/dev/null 2>&1' EXIT\n{commands.replace('curl ', 'curl -f ')}"
    settings = {name: value for name, value in os.environ.items() if not name.startswith("DOCFLOW_")}
    done = subprocess.run(
        ["/bin/sh", "-c", script], cwd=clone, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "MAPLE & PINE HARDWARE" in done.stdout
