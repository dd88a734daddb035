"""The menu of the built documentation holds every page."""

from collections.abc import Iterator

from scripts.build_docs import Menu, laid_out, menu
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
    made_at_the_build = {"docs/api/operations.md"}
    assert sorted(set(pages(menu())) - {str(file) for file in laid_out()} - made_at_the_build) == []


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
