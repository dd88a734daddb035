import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.unit.project.repository import ROOT, text_of, tracked

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")))
INDEX_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX")
MACHINE_FOLDERS = ("root", "work", "home", "Users", "opt/pypi", "opt/wheels")
MACHINE_PATH = re.compile(r"(?<![\w.:/<>$}~-])/(?:" + "|".join(MACHINE_FOLDERS) + r")/\w[\w.-]*/?")
MADE_BY_OTHERS = Path("tests/data/demo")
LARGEST_FILE_BYTES = 450_000
LOCKS = ["requirements.lock", "docs/requirements.lock"]


def _texts() -> list[tuple[Path, str]]:
    own = (file for file in tracked() if MADE_BY_OTHERS not in file.parents or file.name == "manifest.json")
    return [(file, text) for file in own if (text := text_of(file)) is not None]


def _index_hosts() -> set[str]:
    urls = " ".join(os.environ.get(name, "") for name in INDEX_VARIABLES).split()
    return {host for url in urls if (host := urlsplit(url).hostname)}


def test_no_tracked_file_names_a_package_registry() -> None:
    hosts = {*REGISTRIES, *_index_hosts()}
    assert [(str(file), host) for file, text in _texts() for host in sorted(hosts) if host in text] == []


def test_no_tracked_file_holds_a_path_of_one_machine() -> None:
    found = [(str(file), match.group()) for file, text in _texts() for match in MACHINE_PATH.finditer(text)]
    assert found == []


def test_no_tracked_file_names_the_folder_it_was_written_in() -> None:
    assert [str(file) for file, text in _texts() if str(ROOT) in text] == []


@pytest.mark.parametrize("file", LOCKS)
def test_the_lock_names_no_address(file: str) -> None:
    lock = (ROOT / file).read_text(encoding="utf-8")
    assert [line for line in lock.splitlines() if "://" in line or " @ " in line] == []


@pytest.mark.parametrize("file", LOCKS)
def test_every_locked_package_carries_a_hash(file: str) -> None:
    lock = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in lock.splitlines() if "==" in line]
    assert pins
    assert [pin.split("==")[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_lock_with_addresses_is_not_tracked() -> None:
    assert Path("uv.lock") not in tracked()


def test_no_tracked_file_is_large() -> None:
    sizes = {str(file): (ROOT / file).stat().st_size for file in tracked()}
    assert {file: size for file, size in sizes.items() if size > LARGEST_FILE_BYTES} == {}


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX"])
def test_nothing_is_left_for_another_day(word: str) -> None:
    sources = [
        (file, text) for file, text in _texts() if file.suffix in {".py", ".sql", ".sh", ".toml", ".yml"}
    ]
    marked = re.compile(rf"(?:#|--)\s*{word}\b")
    assert [str(file) for file, text in sources if marked.search(text)] == []
