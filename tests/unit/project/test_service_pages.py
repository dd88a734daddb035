"""Each folder of services/ says what it is, how it runs alone, what is set and how it is tested, in words that hold."""

import json
import re

import pytest
from docflow.runtime.settings import Settings
from docflow_cli.services import PACKAGES

from scripts.reference import commands, settings
from tests.unit.project.repository import ROOT

FOLDERS = sorted(folder.name for folder in (ROOT / "services").iterdir() if folder.is_dir())
TITLES = ["Alone", "Settings", "Tests"]
VERBS = {name for name, _ in commands.verbs()} | {name.split()[0] for name, _ in commands.verbs()}
VARIABLES = {settings.variable(path) for path, _ in settings.fields(Settings)} | {"DOCFLOW_GATEWAY"}
GIVEN_BY_THE_READER = {"DOCFLOW_API", "DOCFLOW_KEY", "DOCFLOW_SECRET"}
"""Variables of an example, and the beginning of those that hold clients' secrets."""


def page(folder: str) -> str:
    return (ROOT / "services" / folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_service_has_a_page_with_the_same_parts(folder: str) -> None:
    titles = re.findall(r"^## (.*)$", page(folder), re.MULTILINE)
    assert [title for title in titles if title in TITLES] == TITLES


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_page_names_verbs_that_the_command_has(folder: str) -> None:
    named = re.findall(
        r"\bdocflow ([a-z][a-z-]*(?: [a-z][a-z-]*)?)",
        " ".join(re.findall(r"`[^`]*`|^\..*", page(folder), re.MULTILINE)),
    )
    assert [words for words in named if words not in VERBS and words.split()[0] not in VERBS] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_page_runs_services_that_exist(folder: str) -> None:
    named = set(re.findall(r"docflow run ([a-z-]+)", page(folder)))
    assert named <= PACKAGES.keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_page_names_settings_that_exist(folder: str) -> None:
    named = set(re.findall(r"\bDOCFLOW_[A-Z_]*[A-Z]\b(?!__\*|_<)", page(folder))) - GIVEN_BY_THE_READER
    assert sorted(named - VARIABLES) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_page_names_targets_and_scripts_that_exist(folder: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    scripts = json.loads((ROOT / "services/frontend/package.json").read_text(encoding="utf-8"))["scripts"]
    assert set(re.findall(r"\bmake ([a-z-]+)`", page(folder))) <= set(targets)
    assert set(re.findall(r"\bnpm run ([a-z-]+)", page(folder))) <= set(scripts)
