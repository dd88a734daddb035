"""Home folders, programs on them and a receiver of their webhooks."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from docflow.adapters.postgres.home import parent_of_passing

pytest.register_assert_rewrite("tests.e2e.books")

from tests.e2e.books import Books  # noqa: E402 - its assertions are to show what they compared
from tests.e2e.program import Program  # noqa: E402
from tests.e2e.receiver import Receiver, receiving  # noqa: E402

Start = Callable[..., Program]

QUICK_EXPIRY = {"WORKER__HEARTBEAT_S": "0.4", "WORKER__EXPIRY_S": "2"}
"""What a killed worker held is taken over after 2 s instead of 6 s."""


@pytest.fixture(scope="session")
def kept_home() -> Iterator[Path]:
    """A stopped installation with the demo data, whose configurations export results; to be copied."""
    with folder_for_servers() as folder:
        program = Program(folder / "kept").ready()
        try:
            Books(program).have_results_exported()
            assert program.stop().code == 0
        finally:
            program.end()
        yield program.home


@pytest.fixture
def home(kept_home: Path) -> Iterator[Path]:
    """An installation of the test's own: nothing has been handed in to it."""
    with folder_for_servers() as folder:
        # With owners: the database's files belong to its account.
        subprocess.run(["cp", "-a", kept_home, folder / "home"], check=True)
        place = folder / "home" / "postgres.json"
        kept = json.loads(place.read_text())
        moved = Path(kept["folder"])
        if moved.is_relative_to(kept_home.resolve()):
            moved = (folder / "home").resolve() / moved.relative_to(kept_home.resolve())
            place.write_text(json.dumps(kept | {"folder": str(moved), "port": None}))
            yield folder / "home"
        else:
            pytest.skip("the database of this account cannot lie inside a temporary folder")


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Start the program on the test's home; nothing of it outlives the test."""
    started: list[Program] = []

    def begin(**settings: str) -> Program:
        started.append(Program(home, **settings))
        return started[-1]

    yield begin
    for program in started:
        program.end()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@contextmanager
def folder_for_servers() -> Iterator[Path]:
    """A temporary folder that the database's account may pass through."""
    made = Path(tempfile.mkdtemp(prefix="docflow-e2e-", dir=parent_of_passing()))
    if os.geteuid() == 0:
        made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
