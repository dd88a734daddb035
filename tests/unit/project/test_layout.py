import re
import tomllib
from pathlib import Path

import pytest

from tests.unit.project.repository import ROOT, tracked

LONGEST_MODULE = 450
"""Lines. A longer module usually holds two nouns."""
NAMES_WITHOUT_A_NOUN = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
TARGETS = ["demo", "up", "down", "test", "test-full", "check", "bench", "docs", "migration", "lock", "clean"]

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _packages() -> list[str]:
    return sorted(file.parent.name for file in ROOT.glob("services/*/src/*/__init__.py"))


def _members() -> list[Path]:
    return sorted(file.parent for file in ROOT.glob("services/*/pyproject.toml"))


def _modules() -> list[Path]:
    return [file for file in tracked() if file.suffix == ".py" and "versions" not in file.parts]


def test_every_package_stands_in_the_import_map() -> None:
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == _packages()


def test_every_package_is_type_checked() -> None:
    assert sorted(PROJECT["tool"]["mypy"]["packages"]) == _packages()


@pytest.mark.parametrize("service", [member.name for member in _members()])
def test_a_service_is_a_workspace_source_and_says_what_it_is_for(service: str) -> None:
    assert f"docflow-{service.removeprefix('docflow-')}" in PROJECT["tool"]["uv"]["sources"]
    assert (ROOT / "services" / service / "README.md").is_file()


@pytest.mark.parametrize("package", _packages())
def test_a_package_says_that_it_is_typed(package: str) -> None:
    assert list(ROOT.glob(f"services/*/src/{package}/py.typed"))


def test_no_module_is_longer_than_one_noun_needs() -> None:
    lengths = {str(file): (ROOT / file).read_text(encoding="utf-8").count("\n") for file in _modules()}
    assert {file: lines for file, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_every_module_is_named_after_something() -> None:
    assert [str(file) for file in _modules() if NAMES_WITHOUT_A_NOUN & {file.stem, file.parent.name}] == []


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_target_and_says_what_it_does(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:.*## \S", makefile, re.MULTILINE)
    phony = re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    assert phony is not None
    assert target in phony[1].split()


@pytest.mark.parametrize("library", ["jose", "passlib"])
def test_a_library_that_lets_much_through_is_imported_by_one_module(library: str) -> None:
    imported = re.compile(rf"^\s*(?:from|import) {library}\b", re.MULTILINE)
    own = [file for file in _modules() if file.parts[0] == "services"]
    found = {str(file) for file in own if imported.search((ROOT / file).read_text(encoding="utf-8"))}
    assert len(found) <= 1
