import sys
from pathlib import Path

import pytest
from docflow_cli.welcome import command


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As `make setup` leaves it in the folder of a clone."""
    path = tmp_path / ".venv" / "bin" / "docflow"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(tmp_path)
    return path


def test_what_is_to_be_typed_is_found_by_a_shell_in_the_folder_of_the_clone(program: Path) -> None:
    assert command() == ".venv/bin/docflow"


def test_elsewhere_it_is_the_whole_path(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = program.parents[2] / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert command() == str(program)


def test_where_the_shell_finds_it_the_name_is_enough(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program.parent))
    assert command() == "docflow"


def test_another_program_of_that_name_is_not_meant(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other" / "docflow"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent))
    assert command() == ".venv/bin/docflow"
