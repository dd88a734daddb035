import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.embedded.conftest import interpreter_for_all, needs_root

SCRIPT = Path(__file__).parents[3] / "scripts" / "fresh_machine.sh"


def run_on_fresh_machine(*options: str) -> list[str]:
    done = subprocess.run(
        ["/bin/sh", str(SCRIPT), *options], check=False, capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return [line for line in done.stdout.splitlines() if line.startswith("fresh machine")]


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_demo_works_twice_with_nothing_but_git_make_and_python() -> None:
    assert len(run_on_fresh_machine()) == 2


@pytest.mark.full
@pytest.mark.timeout(900)
@needs_root()
def test_the_demo_works_twice_for_an_account_without_rights() -> None:
    assert len(run_on_fresh_machine("-u", "nobody", "-p", interpreter_for_all())) == 2
