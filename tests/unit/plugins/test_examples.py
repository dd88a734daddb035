"""The projects to copy: they are run as they stand."""

import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from docflow.domain.evidence import Values
from docflow.plugins.calling import GROUP
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.testing.workbench import ThreadWorkbench

from tests.unit.plugins.test_running import GIVEN

EXAMPLES = Path(__file__).parents[3] / "examples"


def entry(project: str) -> EntryPoint:
    told = tomllib.loads((EXAMPLES / project / "pyproject.toml").read_text(encoding="utf-8"))
    ((name, value),) = told["project"]["entry-points"][GROUP].items()
    return EntryPoint(name, value, GROUP)


async def test_the_template_is_found_by_its_entry_point_and_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES / "plugin-template" / "src"))
    given = type(GIVEN)("acme.lease", Values({"monthly_rent": "0.00"}), GIVEN.received_on)
    plugins = Plugins(BUILT_IN, ThreadWorkbench(), installed=lambda: (entry("plugin-template"),))
    found = await plugins.validate("acme_leases", given)
    assert [(one.code, one.field) for one in found] == [("rent_not_positive", "monthly_rent")]


def test_the_template_s_own_tests_pass() -> None:
    project = EXAMPLES / "plugin-template"
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
            "--rootdir",
            ".",
            "tests",
        ],
        cwd=project,
        env={
            **os.environ,
            "PYTHONPATH": "src",
            "PYTHONDONTWRITEBYTECODE": "1",
            # They are for pytest alone; what is installed here for other tests takes seconds to load.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "8 passed" in ran.stdout


def test_the_check_digits_in_rust_pass_their_tests(tmp_path: Path) -> None:
    """They need no crate, so a compiler is enough."""
    rustc = shutil.which("rustc")
    if rustc is None:
        pytest.skip("rustc is not installed: the check digits in Rust were not compiled")
    source, made = EXAMPLES / "plugin-rust" / "src" / "check_digits.rs", tmp_path / "tests"
    build = [rustc, "--edition", "2021", "--deny", "warnings", "--test", str(source), "-o", str(made)]
    subprocess.run(build, check=True, timeout=60)
    ran = subprocess.run([made], capture_output=True, text=True, timeout=10, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout


def test_the_rust_validator_builds(tmp_path: Path) -> None:
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("cargo is not installed: the validator in Rust was not built")
    project = shutil.copytree(EXAMPLES / "plugin-rust", tmp_path / "plugin-rust")
    fetched = subprocess.run(
        [cargo, "fetch", "--offline"], cwd=project, capture_output=True, text=True, timeout=60, check=False
    )
    if fetched.returncode != 0:
        pytest.skip("the crate pyo3 is not on this machine: the validator in Rust was not built")
    ran = subprocess.run(
        [cargo, "test", "--offline"], cwd=project, capture_output=True, text=True, timeout=110, check=False
    )
    assert ran.returncode == 0, ran.stderr
