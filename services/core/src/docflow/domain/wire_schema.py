"""What a model is asked to answer in: never the client's schema, but one made from it that every vendor takes.

Each leaf is `{text, quote, page}`, all required; absent = an empty `text`. Nested objects are flat, so that no depth
counts; arrays of objects are arrays of rows. There are no unions, no optional names, no numbers' ranges, no lengths and
no patterns, and names have the letters that vendors allow. The real schema is checked on our side, after typing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import FieldSpec, TableSpec, shape_of

MAX_NAME = 64
#: One vendor allows 1,000 words in all enumerations of a schema; longer lists are read as text.
MAX_CHOICES = 100
MAX_ALL_CHOICES = 500
MAX_CHOICE_CHARACTERS = 100

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class WireTable:
    spec: TableSpec
    columns: Mapping[str, FieldSpec]


@dataclass(frozen=True, slots=True)
class Wire:
    """The schema that is sent, and what each of its names stands for."""

    schema: JsonObject
    fields: Mapping[str, FieldSpec]
    tables: Mapping[str, WireTable]


def wire_of(output_schema: JsonObject) -> Wire:
    """The same schema always gives the same wire schema, byte for byte: vendors keep what they compiled."""
    shape, choices = shape_of(output_schema), _Choices(output_schema)
    named = _named([*(spec.path for spec in shape.fields), *(table.path for table in shape.tables)])
    fields = {named[spec.path]: spec for spec in shape.fields}
    tables = {named[table.path]: _table(table) for table in shape.tables}
    leaves = {name: choices.leaf(spec.path) for name, spec in fields.items()}
    rows = {
        name: {
            "type": "array",
            "items": _object(
                {column: choices.leaf(table.spec.path, spec.path) for column, spec in table.columns.items()}
            ),
        }
        for name, table in tables.items()
    }
    return Wire(
        {**_object({**leaves, **rows}), "$defs": {"value": _leaf({"type": "string"})}}, fields, tables
    )


def classification_schema(process_type_ids: Sequence[str]) -> JsonObject:
    """One of the process types or "" for none of them, with the words on the page that tell."""
    return _object({"process_type": _enum([*process_type_ids, ""]), **_EVIDENCE})


def validation_schema(field_paths: Sequence[str]) -> JsonObject:
    """Doubts about fields, each with the words on the page it rests on. An empty list = no doubt."""
    doubt = {"field": _enum(field_paths), "problem": {"type": "string"}, **_EVIDENCE}
    return _object({"doubts": {"type": "array", "items": _object(doubt)}})


def summary_schema() -> JsonObject:
    return _object({"summary": {"type": "string"}})


def inventory_schema() -> JsonObject:
    """The second reading: every labelled value of the pages, with its label as printed."""
    value = {"label": {"type": "string"}, "text": {"type": "string"}, **_EVIDENCE}
    return _object({"values": {"type": "array", "items": _object(value)}})


def without_references(schema: JsonObject) -> JsonObject:
    """The same schema with each `$ref` replaced by what it points to, for vendors that follow none."""
    definitions = schema.get("$defs", {})

    def resolved(node: object) -> object:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolved(definitions[str(node["$ref"]).rpartition("/")[2]])
            return {name: resolved(sub) for name, sub in node.items() if name != "$defs"}
        return [resolved(sub) for sub in node] if isinstance(node, list) else node

    whole = resolved(dict(schema))
    assert isinstance(whole, dict)
    return whole


def fields_as_text(wire: Wire) -> str:
    """The names of the wire schema with what they mean, one a line: part of the prefix that vendors cache."""
    lines = [_described(name, spec) for name, spec in wire.fields.items()]
    for name, table in wire.tables.items():
        lines.append(f"- {name}: one row for each line of this table, in the order of the document")
        lines += [f"  {_described(column, spec)}" for column, spec in table.columns.items()]
    return "\n".join(lines)


def _described(name: str, spec: FieldSpec) -> str:
    labels = f"; printed as {', '.join(spec.labels[:8])}" if spec.labels else ""
    return f"- {name}: {spec.name} ({spec.kind.value}){labels}"


def _table(table: TableSpec) -> WireTable:
    named = _named([column.path for column in table.columns])
    return WireTable(table, {named[column.path]: column for column in table.columns})


def _named(paths: Sequence[str]) -> dict[str, str]:
    """A name for each path that vendors allow and no other path has."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for number, path in enumerate(paths):
        own = _NOT_IN_NAMES.sub("_", path.replace(".", "__"))
        usable = (own,) if len(own) <= MAX_NAME and own.strip("_-") else ()
        possible = chain(usable, (f"field_{at}" for at in count(number)))
        names[path] = next(name for name in possible if name not in taken)
        taken.add(names[path])
    return names


class _Choices:
    """Leaves by path; those that may only be one of few words get an enumeration of their own."""

    def __init__(self, schema: JsonObject) -> None:
        self._words: dict[tuple[str, ...], list[str]] = {}
        left = MAX_ALL_CHOICES
        for place, words in _enumerations(schema, "", ()):
            if len(words) <= min(MAX_CHOICES, left):
                self._words[place] = words
                left -= len(words)

    def leaf(self, *place: str) -> JsonObject:
        words = self._words.get(place)
        return {"$ref": "#/$defs/value"} if words is None else _leaf(_enum([*words, ""]))


def _enumerations(
    schema: JsonObject, prefix: str, table: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    for name, sub in (schema.get("properties") or {}).items():
        if not isinstance(sub, dict):
            continue
        path = f"{prefix}{name}"
        if "properties" in sub:
            yield from _enumerations(sub, f"{path}.", table)
        elif isinstance(sub.get("items"), dict) and not table:
            yield from _enumerations(sub["items"], "", (path,))
        elif words := _words_of(sub):
            yield (*table, path), words


def _words_of(sub: JsonObject) -> list[str]:
    words = [word for word in sub.get("enum", ()) if word is not None]
    usable = all(isinstance(word, str) and 0 < len(word) <= MAX_CHOICE_CHARACTERS for word in words)
    return list(dict.fromkeys(words)) if usable else []


def _object(properties: JsonObject) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _enum(words: Sequence[str]) -> JsonObject:
    return {"type": "string", "enum": list(dict.fromkeys(words))}


def _leaf(text: JsonObject) -> JsonObject:
    return _object({"text": text, **_EVIDENCE})


_EVIDENCE: JsonObject = {"quote": {"type": "string"}, "page": {"type": "integer"}}
