"""What is heavy is imported where it is used. One program looks at both, for it takes seconds to start."""

import json
import subprocess
import sys

import pytest

_LOOK = """
import importlib, json, pkgutil, sys
import docflow.runtime.container
of_a_service = sorted(sys.modules)
for found in pkgutil.walk_packages(docflow.__path__, "docflow."):
    importlib.import_module(found.name)
print(json.dumps([of_a_service, sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def imported() -> tuple[list[str], list[str]]:
    """The modules that are there with the container alone, and with all of docflow."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LOOK], capture_output=True, text=True, check=True
    )
    of_a_service, of_everything = json.loads(done.stdout)
    return of_a_service, of_everything


def test_importing_all_of_docflow_imports_no_sdk(imported: tuple[list[str], list[str]]) -> None:
    assert {"anthropic", "openai", "httpx2"}.isdisjoint(imported[1])
    assert "docflow.adapters.llm.anthropic.vendor" in imported[1]


def test_traces_cost_no_import_while_they_are_off(imported: tuple[list[str], list[str]]) -> None:
    assert [name for name in imported[0] if name.startswith("opentelemetry")] == []
    assert "docflow.runtime.tracing" in imported[0]
