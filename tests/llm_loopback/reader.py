"""Fills a schema from "Label: value" lines: enough to answer, and nothing a model would not see.

A name's labels are its own words and those that the prompt lists for it as "printed as". A table is a line of headings
parted by two blanks and the lines below it with as many parts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.llm_loopback.exchange import Json, Question
from tests.llm_loopback.schema_rules import resolved

_PAGE = re.compile(r'page="(\d+)"')
_LISTED = re.compile(r"^\s*- ([\w-]+): .*?; printed as (.+)$", re.MULTILINE)
_EXAMPLE = re.compile(r"<example>.*?</example>", re.DOTALL)
_LEAF = {"text", "quote", "page"}
_LABELLED = {"label", *_LEAF}
_DOUBT = {"field", "problem", "quote", "page"}


@dataclass(frozen=True)
class Seen:
    line: str
    page: int


def answer_to(question: Question) -> Json:
    """Satisfies the question's schema; {"text": ...} where none was sent."""
    lines = list(_lines(question.texts))
    if question.schema is None:
        return {"text": lines[0].line if lines else ""}
    labels = {
        name: [one.strip() for one in listed.split(",")] for name, listed in _LISTED.findall(question.system)
    }
    return _Filling(question.schema, lines, labels).fill(question.schema, "")


def _lines(texts: list[str]) -> list[Seen]:
    found, page = [], 0
    for line in _EXAMPLE.sub("", "\n".join(texts)).splitlines():
        if mark := _PAGE.search(line):
            page = int(mark[1])
        elif line.strip():
            found.append(Seen(line.strip(), page))
    return found


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


class _Filling:
    def __init__(self, root: Json, lines: list[Seen], labels: dict[str, list[str]]) -> None:
        self._root, self._lines, self._labels = root, lines, labels

    def fill(self, node: Json, name: str) -> Json:
        node = resolved(node, self._root)
        if set(node.get("properties", {})) == _LEAF:
            return self._leaf(node, *self._beside(name))
        if "enum" in node:
            return self._chosen(node["enum"])
        match node.get("type"):
            case "object":
                return {key: self.fill(sub, key) for key, sub in node.get("properties", {}).items()}
            case "array":
                return self._rows(resolved(node["items"], self._root))
            case "integer" | "number":
                return 0
            case "boolean":
                return False
            case _:
                return self._beside(name)[0] or (self._lines[0].line if self._lines else "")

    def _leaf(self, node: Json, text: str, seen: Seen | None) -> Json:
        words = resolved(node["properties"]["text"], self._root).get("enum")
        if words is not None and text not in words:
            text = next((word for word in words if word and _key(word) in _key(text).split()), "")
        return {
            "text": text,
            "quote": seen.line if seen and text else "",
            "page": seen.page if seen and text else 0,
        }

    def _keys(self, name: str) -> set[str]:
        return {
            _key(name),
            _key(name.rpartition("__")[2]),
            *(_key(label) for label in self._labels.get(name, ())),
        }

    def _beside(self, name: str) -> tuple[str, Seen | None]:
        wanted = self._keys(name)
        for seen in self._lines:
            label, colon, value = seen.line.partition(":")
            if colon and value.strip() and _key(label) in wanted:
                return value.strip(), seen
        return "", None

    def _rows(self, row: Json) -> list[Json]:
        columns = list(row.get("properties", {}))
        if set(columns) == _LABELLED:
            return list(self._labelled())
        if set(columns) == _DOUBT:
            return list(self._doubted())
        if not columns or any(
            set(resolved(sub, self._root).get("properties", {})) != _LEAF
            for sub in row["properties"].values()
        ):
            return []
        rows: list[Json] = []
        heads: list[str | None] = []
        for seen in self._lines:
            parts = re.split(r"\s{2,}", seen.line)
            named = [
                next((column for column in columns if _key(part) in self._keys(column)), None)
                for part in parts
            ]
            if len([name for name in named if name]) >= min(2, len(columns)):
                heads = named
            elif heads and len(parts) == len(heads):
                cells = dict(zip(heads, parts, strict=True))
                rows.append(
                    {
                        name: self._leaf(
                            resolved(row["properties"][name], self._root), cells.get(name, ""), seen
                        )
                        for name in columns
                    }
                )
            else:
                heads = []
        return rows

    def _labelled(self) -> Iterator[Json]:
        for seen in self._lines:
            label, colon, value = seen.line.partition(":")
            if colon and value.strip():
                yield {"label": label, "text": value.strip(), "quote": seen.line, "page": seen.page}

    def _doubted(self) -> Iterator[Json]:
        """Each line of the document that says otherwise than page 0 does under the same label."""
        for listed in (seen.line for seen in self._lines if not seen.page):
            name, _, value = listed.partition(":")
            for seen in (one for one in self._lines if one.page):
                label, _, printed = seen.line.partition(":")
                if _key(label) in self._keys(name) and _key(printed) != _key(value):
                    told = {"field": name, "problem": "another value is printed"}
                    yield {**told, "quote": seen.line, "page": seen.page}

    def _chosen(self, words: list[Json]) -> Json:
        """The word of an enumeration whose parts the document says most often."""
        text = _key(" ".join(seen.line for seen in self._lines)).split()
        scored = [
            (sum(text.count(part) for part in _key(str(word)).split()), -n) for n, word in enumerate(words)
        ]
        best = max(range(len(words)), key=lambda n: scored[n])
        return words[best] if scored[best][0] or "" not in words else ""
