import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.project.repository import ROOT

UV = ROOT / ".venv" / "bin" / "uv"
EXPORT = ("--all-packages", "--all-groups", "--no-emit-workspace", "--no-header", "--no-annotate")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The project files alone, so that resolving leaves no trace here."""
    for file in [Path("pyproject.toml"), Path("db/pyproject.toml")]:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    for file in ROOT.glob("services/*/pyproject.toml"):
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True)
        shutil.copy(file, target)
    return tmp_path


def _uv(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    uv = str(UV) if UV.exists() else shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed")
    environment = {**os.environ, "UV_NO_PROGRESS": "1"}
    environment.pop("VIRTUAL_ENV", None)
    return subprocess.run(
        [uv, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.full
@pytest.mark.timeout(300)
def test_the_lock_is_what_the_project_files_resolve_to(workspace: Path) -> None:
    resolved = _uv(workspace, "lock", "-q")
    if resolved.returncode != 0 and "fetch" in resolved.stderr.lower():
        pytest.skip("no package index can be reached")
    assert resolved.returncode == 0, resolved.stderr
    exported = _uv(workspace, "export", "-q", *EXPORT)
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout == (ROOT / "requirements.lock").read_text(encoding="utf-8")
