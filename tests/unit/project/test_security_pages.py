"""The tests that the pages on security rely on are there."""

import ast
import re
from functools import cache

import pytest

from tests.unit.project.repository import ROOT

PAGES = ["docs/security/threat-model.md", "docs/security/asvs.md"]
REFERENCE = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def names_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_shows_a_defence_is_there(page: str) -> None:
    named = REFERENCE.findall((ROOT / page).read_text(encoding="utf-8"))
    assert named
    assert [f"{file}::{name}" for file, name in named if name not in names_of(file)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_row_names_a_test_or_says_that_none_shows_it(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:[STRIDE]|\d[\d., to]*) \|.*$", text, re.MULTILINE)
    assert rows
    assert [row for row in rows if not REFERENCE.search(row) and "*not shown*" not in row] == []
