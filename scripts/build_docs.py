"""Builds the documentation as pages to read without a network: `python -m scripts.build_docs` (or `make docs`).

The pages and what they link to are laid out under build/docs as they lie in the repository, so that every link stays as it is; the
menu is the map in docs/README.md. A link that leads nowhere ends the build with 1.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from docflow_api.app import described

from scripts.reference.operations import pages as operation_pages
from scripts.reference.operations import title as title_of

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "build" / "docs"
ZENSICAL = ROOT / ".venv-docs" / "bin" / "zensical"
MAP = Path("docs/README.md")
ICON = Path("services/frontend/public/icon.svg")
OPENAPI = Path("docs/api/openapi.json")
OPERATIONS = Path("docs/api/operations")
"""Made at the build from the description of the API; they stand in the menu where the map links to it."""

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)")
_ROW = re.compile(r"^\| \[(?P<title>[^\]]+)\]\((?P<link>[^)#\s]+)\) \| (?P<rest>[^|]*)", re.MULTILINE)

_STYLE = """
.md-grid { max-width: 76rem; }
.md-typeset td:first-child code { white-space: nowrap; }
.md-header__button.md-logo img { height: 1.6rem; width: 1.6rem; }
:root { --md-primary-fg-color: #4353d6; --md-accent-fg-color: #4353d6; }
[data-md-color-scheme="slate"] { --md-typeset-a-color: #9aa5ff; --md-accent-fg-color: #9aa5ff; }
"""
"""Names of settings and metrics stay on one line."""

Menu = list[dict[str, "str | Menu"]]


def laid_out() -> list[Path]:
    """Every page and each file that a page links to, relative to the root."""
    found: dict[Path, None] = {}
    waiting = [Path("README.md"), *(page.relative_to(ROOT) for page in (ROOT / "docs").rglob("*.md"))]
    while waiting:
        file = waiting.pop()
        if file in found or not (ROOT / file).is_file():
            continue
        found[file] = None
        if file.suffix == ".md":
            waiting += _linked(file)
    return sorted(found)


def menu() -> Menu:
    """The sections of the map, grouped as it is; a page that is an index itself brings the pages of its first table along."""
    text = (ROOT / MAP).read_text(encoding="utf-8")
    sections: Menu = [{"DocFlow AI": "README.md"}, {"Documentation": str(MAP)}]
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        sections.append({title: _grouped(body)})
    rest = [file for file in laid_out() if file.suffix == ".md" and str(file) not in set(_pages(sections))]
    sections.append({"Parts": [{_title(file): str(file)} for file in rest]})
    return sections


def _grouped(body: str) -> Menu:
    rows, *groups = re.split(r"^### ", body, flags=re.MULTILINE)
    entries: Menu = [_entry(row["title"], MAP, row["link"]) for row in _ROW.finditer(rows)]
    return entries + [{group.partition("\n")[0]: _grouped(group.partition("\n")[2])} for group in groups]


def build() -> int:
    shutil.rmtree(BUILT, ignore_errors=True)
    for file in laid_out():
        target = BUILT / "source" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, target)
    (BUILT / "source" / "style.css").write_text(_STYLE, encoding="utf-8")
    shutil.copyfile(ROOT / ICON, BUILT / "source" / ICON.name)
    _write_operations(BUILT / "source" / OPERATIONS)
    (BUILT / "zensical.toml").write_text(_settings(), encoding="utf-8")
    command = [ZENSICAL, "build", "--strict", "--config-file", BUILT / "zensical.toml"]
    ended = subprocess.run(command, cwd=BUILT, check=False).returncode  # noqa: S603 - a fixed program
    # The builder passes over files whose name begins with a dot.
    for file in (file for file in laid_out() if ended == 0 and file.name.startswith(".")):
        shutil.copyfile(ROOT / file, BUILT / "site" / file)
    return ended


def _write_operations(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, text in operation_pages(described()).items():
        (folder / name).write_text(text, encoding="utf-8")


def _entry(title: str, page: Path, link: str) -> "dict[str, str | Menu]":
    target = _resolved(page, link)
    if target == OPENAPI:
        index, *made = operation_pages(described()).items()
        return {
            title: [
                {title: str(OPERATIONS / index[0])},
                *[{title_of(text): str(OPERATIONS / name)} for name, text in made],
            ]
        }
    if target.name != "README.md" or target.parent.name not in ("adr", "runbooks"):
        return {title: str(target)}
    rows = _ROW.finditer((ROOT / target).read_text(encoding="utf-8"))
    inner: Menu = [
        {_title(_resolved(target, row["link"])): str(_resolved(target, row["link"]))} for row in rows
    ]
    return {title: [{title: str(target)}, *inner]}


def _pages(entries: Menu) -> Iterator[str]:
    for entry in entries:
        for inner in entry.values():
            if isinstance(inner, str):
                yield inner
            else:
                yield from _pages(inner)


def _linked(page: Path) -> list[Path]:
    prose = _FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))
    return [_resolved(page, link) for link in _LINK.findall(prose) if not re.match(r"[a-z]+:", link)]


def _resolved(page: Path, link: str) -> Path:
    return (ROOT / page.parent / link).resolve().relative_to(ROOT.resolve())


def _title(page: Path) -> str:
    found = re.search(r"^# (.*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].replace("`", "") if found else page.stem


def _settings() -> str:
    return f"""[project]
site_name = "DocFlow AI"
site_description = "Documents into checked, typed data"
copyright = "Apache-2.0"
docs_dir = "source"
site_dir = "site"
use_directory_urls = false
extra_css = ["style.css"]
nav = {_toml(menu())}
[project.theme]
font = false
logo = "{ICON.name}"
favicon = "{ICON.name}"
features = [
    "navigation.tabs", "navigation.tabs.sticky", "navigation.sections", "navigation.path", "navigation.top", "navigation.footer",
    "content.code.copy", "search.highlight",
]
[[project.theme.palette]]
media = "(prefers-color-scheme: light)"
scheme = "default"
toggle = {{ icon = "lucide/sun", name = "Light; switch to dark" }}
[[project.theme.palette]]
media = "(prefers-color-scheme: dark)"
scheme = "slate"
toggle = {{ icon = "lucide/moon", name = "Dark; switch to light" }}
[project.markdown_extensions]
attr_list = {{}}
md_in_html = {{}}
tables = {{}}
toc.permalink = true
pymdownx.highlight = {{}}
pymdownx.inlinehilite = {{}}
pymdownx.superfences = {{}}
"""


def _toml(entries: Menu) -> str:
    shown = ", ".join(
        f"{{ {json.dumps(title)} = {json.dumps(inner) if isinstance(inner, str) else _toml(inner)} }}"
        for entry in entries
        for title, inner in entry.items()
    )
    return f"[{shown}]"


if __name__ == "__main__":
    sys.exit(build())
