"""The blocking client is made from the asynchronous one."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_blocking_client_is_what_the_asynchronous_one_makes() -> None:
    script = ROOT / "scripts/make_blocking_client.py"
    made = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
