"""docs/api/operations: a page for each kind of operation and one for the objects, made when the documentation is built."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from docflow_api.rendering.operations import Operation, Part, objects, operations, tags

from scripts.reference.tables import code, table

INDEX, OBJECTS = "index.md", "objects.md"


def pages(document: Mapping[str, Any]) -> dict[str, str]:
    """Text of each page by its name; the index first, the objects last."""
    kept = objects(document)
    names = {one.title for one in kept}
    every = [(tag, list(group)) for tag, group in groupby(operations(document), lambda one: one.tag)]
    told = dict(tags(document))
    found = {INDEX: _index(document, [(tag, told[tag], len(group)) for tag, group in every])}
    for tag, group in every:
        text = "".join(part for one in group for part in _operation(one, names))
        found[_file(tag)] = f"# {tag.capitalize()}\n\n{told[tag]}.\n{text}"
    shown = "".join(f"\n## {one.title}\n\n{_part(one, names)}" for one in kept)
    found[OBJECTS] = (
        f"# Objects of the API\n\nWhat bodies and answers hold; * marks what must be there.\n{shown}"
    )
    return found


def title(page: str) -> str:
    return page.partition("\n")[0].removeprefix("# ")


def _index(document: Mapping[str, Any], kinds: list[tuple[str, str, int]]) -> str:
    rows = [(f"[{tag}]({_file(tag)})", told, str(count)) for tag, told, count in kinds]
    return (
        "# Every operation of the API\n\nEach call with who may make it, what it takes and what it answers, written from the running"
        f" gateway's description.\n{document['info']['description'].partition(chr(10))[2]}\n\n"
        + table(("operations", "about", "calls"), rows)
    )


def _operation(one: Operation, names: set[str]) -> Iterator[str]:
    yield f"\n## {one.method} {one.path}\n\n{_linked(one.about, names)}\n"
    yield f"\nNeeds {code(one.caller)}.\n" if one.caller else "\nNeeds no sign-in.\n"
    yield from (f"\n**{part.title}**\n\n{_part(part, names)}" for part in one.parts)
    rows = [
        (status, _linked(f"{content}. {told}".strip(". ") or "no content", names))
        for status, told, content in one.answers
    ]
    if one.refusals:
        rows.append(("[refused](../errors.md)", ", ".join(one.refusals)))
    yield "\n**Answers**\n\n" + table(("status", "gives"), rows)


def _part(part: Part, names: set[str]) -> str:
    rows = [
        (
            code(each.name) + (" *" if each.is_required else ""),
            _linked(each.kind, names),
            _linked(each.note, names),
        )
        for each in part.members
    ]
    about = _linked(part.about, names) + "\n\n" if part.about else ""
    return about + (table(("name", "is", "meaning"), rows) if rows else "")


def _linked(text: str, names: set[str]) -> str:
    """Names of objects as links to them, but for those in code."""
    parts = re.split(r"(`[^`]*`)", text.replace("<", "&lt;"))
    return "".join(
        each if each.startswith("`") else re.sub(r"\b[A-Z]\w+\b", lambda found: _link(found[0], names), each)
        for each in parts
    )


def _link(name: str, names: set[str]) -> str:
    return f"[{name}]({OBJECTS}#{name.lower()})" if name in names else name


def _file(tag: str) -> str:
    return f"{tag.replace(' ', '-')}.md"
