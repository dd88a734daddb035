import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.full
@pytest.mark.timeout(240)
def test_the_demo_shows_claude_the_second_vendor_the_budget_and_the_audit(tmp_path: Path) -> None:
    settings = {name: value for name, value in os.environ.items() if not name.startswith("DOCFLOW")}
    settings |= {"DOCFLOW_HOME": str(tmp_path / "home"), "DOCFLOW_API__PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "docflow_cli", "demo", "--llm", "loopback", "--exit"],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shown = {line.split("│")[1].strip(): line for line in done.stdout.splitlines() if line.startswith("│")}
    assert "claude-haiku-5-5" in shown["first"]
    assert int(shown["second"].split("│")[5]) > 500
    assert "gpt-6.1-terra" in shown["outage"]
    assert "quota_exceeded" in shown["budget"]
    assert "4 of 4 documents came to the end they should" in done.stdout
