"""The menu of the built documentation holds every page."""

from collections.abc import Iterator

from docflow_api.app import described

from scripts.build_docs import OPERATIONS, Menu, laid_out, menu
from scripts.reference import operations
from tests.unit.project.repository import ROOT


def pages(entries: Menu) -> Iterator[str]:
    for entry in entries:
        for inner in entry.values():
            yield from [inner] if isinstance(inner, str) else pages(inner)


def test_every_page_of_the_documentation_has_its_place_in_a_section() -> None:
    *sections, parts = menu()
    written = {str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")}
    assert sorted(written - set(pages(sections))) == []
    assert list(parts) == ["Parts"]


def test_every_entry_of_the_menu_is_laid_out() -> None:
    made_at_the_build = {str(OPERATIONS / name) for name in operations.pages(described())}
    assert sorted(set(pages(menu())) - {str(file) for file in laid_out()} - made_at_the_build) == []
    assert made_at_the_build - set(pages(menu())) == set()


def test_the_kinds_of_pages_are_the_sections() -> None:
    titles = [title for entry in menu() for title in entry]
    assert titles == [
        "DocFlow AI",
        "Documentation",
        "Tutorials",
        "How-tos",
        "Reference",
        "Explanations",
        "Parts",
    ]


def test_the_map_groups_what_it_has_many_of() -> None:
    groups = {
        title: [next(iter(entry)) for entry in inner] for each in menu() for title, inner in each.items()
    }
    assert "Put it into production" in groups["How-tos"]
    assert "The API" in groups["Reference"]


def test_every_operation_of_the_api_is_told_once() -> None:
    told = "".join(operations.pages(described()).values())
    for path, methods in described()["paths"].items():
        for method in methods:
            assert told.count(f"\n## {method.upper()} {path}\n") == 1
