import os
import re
import shutil
import subprocess

import pytest
import yaml

from tests.unit.project.repository import ROOT, git, tracked

WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
SCRIPTS = [file for file in tracked() if file.suffix == ".sh" or file.name == "run"]


def _steps() -> list[str]:
    return [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("target", ["check", "docs", "test", "test-full"])
def test_the_workflow_and_the_gate_run_the_same_targets(target: str) -> None:
    gate = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert re.search(rf"\bmake {target}(?!-)\b", gate)
    assert f"make {target}" in _steps()


def test_the_workflow_runs_nothing_but_make() -> None:
    assert [step for step in _steps() if not step.startswith("make ")] == []


def test_the_workflow_covers_the_supported_servers() -> None:
    assert WORKFLOW["jobs"]["full"]["strategy"]["matrix"]["postgres"] == ["15", "16", "18"]


def test_the_gate_can_be_run() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert git("ls-files", "-s", ".ci/run").stdout.startswith("100755")


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_shell_script_can_be_parsed(script: os.PathLike[str]) -> None:
    first = (ROOT / script).read_text(encoding="utf-8").splitlines()[0]
    shell = "bash" if "bash" in first else "/bin/sh"
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    assert subprocess.run([shell, "-n", str(ROOT / script)], check=False).returncode == 0


def test_the_commit_hooks_fetch_nothing() -> None:
    assert {repository["repo"] for repository in HOOKS["repos"]} == {"local"}
    assert {hook["language"] for repository in HOOKS["repos"] for hook in repository["hooks"]} == {"system"}
