"""Home folders that the database's account can reach, and parents that may be killed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docflow
import pytest
from docflow.adapters.postgres.home import parent_of_passing

PARENT = Path(__file__).with_name("parent.py")
SOURCES = Path(docflow.__file__).parents[1]
PACKAGES = Path(pytest.__file__).parents[1]
STRANGER = 54321

Spawn = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="docflow-test-", dir=parent_of_passing()))
    folder.chmod(0o711)
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start `parent.py` with nothing in its environment; its first line is the URL or the error."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *arguments: object, user: int | None = None, packages: Path | None = None
    ) -> subprocess.Popen[str]:
        python = sys.executable if user is None else interpreter_for_all()
        path = [str(each) for each in (packages, SOURCES, PACKAGES) if each is not None]
        process = subprocess.Popen(
            [python, "-B", str(PARENT), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": ":".join(path)},
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.communicate()


def interpreter_for_all() -> str:
    """An interpreter of this version that an unprivileged account may run."""
    for found in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        path = Path(found).resolve()
        if not path.exists() or any(not each.stat().st_mode & 0o001 for each in (path, *path.parents)):
            continue
        version = subprocess.check_output(
            [found, "-c", "import sys; print(*sys.version_info[:2])"], text=True
        )
        if version.split() == [str(part) for part in sys.version_info[:2]]:
            return found
    pytest.skip("no Python of this version that another account can run")


def needs_root() -> pytest.MarkDecorator:
    return pytest.mark.skipif(os.geteuid() != 0, reason="only root can switch accounts")
