import re
from pathlib import Path
from typing import get_args

import pytest
from docflow.runtime.settings import Settings
from pydantic import BaseModel

from tests.unit.project.repository import ROOT, tracked

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
NAMED = re.compile(r"\bDOCFLOW_[A-Z_]*[A-Z]\b(?!__\*|_<)")
NO_SETTINGS = {
    "DOCFLOW_API", "DOCFLOW_KEY", "DOCFLOW_GATEWAY", "DOCFLOW_SERVICE", "DOCFLOW_TEST_POSTGRES_URL", "DOCFLOW_TEST_POSTGRES_BIN",
    "DOCFLOW_TEST_BLOBS_URL",
    "DOCFLOW_SECRET_ACME_ERP_PASSWORD", "DOCFLOW_TAG", "DOCFLOW_API_URL", "DOCFLOW_API_KEY",
}  # fmt: skip
"""What examples, compose, tools and tests read, and the secret of a client."""
ASSIGNMENT = re.compile(r"^#?(DOCFLOW_[A-Z_]+)=(.*)$", re.MULTILINE)


def _pages() -> list[Path]:
    return [file for file in tracked() if file.suffix == ".md"]


def _prose(page: Path) -> str:
    return FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))


def _links(page: Path) -> list[str]:
    found = [first or second for first, second in LINK.findall(_prose(page))]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ +(.*?) *$", _prose(page), re.MULTILINE)
    plain = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", title).lower() for title in titles)
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain}


def _broken(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    if not target.exists():
        return True
    return bool(anchor) and target.suffix == ".md" and anchor not in _anchors(target.relative_to(ROOT))


def _names(model: type[BaseModel], prefix: str) -> dict[str, object]:
    """Every setting of the model as environment variable, with its default."""
    names: dict[str, object] = {}
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            names |= _names(inner, f"{prefix}{name.upper()}__")
        else:
            names[f"{prefix}{name.upper()}"] = field.default
            assert not any(
                isinstance(kind, type) and issubclass(kind, BaseModel) for kind in get_args(inner)
            ), f"{name}: an optional group of settings is not looked into"
    return names


SETTINGS = _names(Settings, "DOCFLOW_")


def test_every_link_inside_the_repository_leads_somewhere() -> None:
    assert [(str(page), link) for page in _pages() for link in _links(page) if _broken(page, link)] == []


def test_every_page_of_the_documentation_can_be_reached_from_its_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in _links(Path("docs/README.md"))}
    adr = {(ROOT / "docs/adr" / link).resolve() for link in _links(Path("docs/adr/README.md"))}
    runbooks = {(ROOT / "docs/runbooks" / link).resolve() for link in _links(Path("docs/runbooks/README.md"))}
    pages = set((ROOT / "docs").rglob("*.md")) - {index}
    assert sorted(str(page) for page in pages - linked - adr - runbooks) == []


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_stands_in_the_example(name: str) -> None:
    assert name in dict(ASSIGNMENT.findall(EXAMPLE))


@pytest.mark.parametrize("name", [name for name, _ in ASSIGNMENT.findall(EXAMPLE)])
def test_the_example_names_only_settings_that_exist(name: str) -> None:
    assert name in SETTINGS


@pytest.mark.parametrize(
    "name", [name for name, default in SETTINGS.items() if isinstance(default, int | float)]
)
def test_the_example_shows_the_true_default(name: str) -> None:
    shown = dict(ASSIGNMENT.findall(EXAMPLE))[name]
    default = SETTINGS[name]
    assert shown == (str(default).lower() if isinstance(default, bool) else str(default))


@pytest.mark.parametrize("page", _pages(), ids=str)
def test_a_page_names_settings_that_exist(page: Path) -> None:
    named = set(NAMED.findall((ROOT / page).read_text(encoding="utf-8"))) - NO_SETTINGS
    assert sorted(name for name in named if name.removesuffix("_FILE") not in SETTINGS) == []


def test_the_example_sets_nothing_by_itself() -> None:
    assert [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")] == []


@pytest.mark.parametrize("page", [page for page in _pages() if re.match(r"\d{4}-", page.name)], ids=str)
def test_a_decision_has_context_decision_consequences_and_alternatives(page: Path) -> None:
    titles = re.findall(r"^## (.*)$", _prose(page), re.MULTILINE)
    assert titles == ["Context", "Decision", "Consequences", "Alternatives"]
    assert _prose(page).startswith(f"# {page.name[:4]}. ")


@pytest.mark.parametrize("page", [page for page in _pages() if page.parts[0] == "services"], ids=str)
def test_the_tests_that_a_service_names_are_there(page: Path) -> None:
    named = re.findall(r"\btests/[\w/]+", (ROOT / page).read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []
