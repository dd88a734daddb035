"""docs/reference/settings.md: names, types and defaults from the code, what each is for from .env.example."""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from docflow.runtime.settings import Settings
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from scripts.reference.tables import NOTE, code, table

_EXAMPLE = Path(__file__).parents[2] / ".env.example"
_LINE = re.compile(r"#(DOCFLOW_[A-Z_]+)=")
_WORDS = {
    bool: "yes or no",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    SecretStr: "secret",
}

_INTRODUCTION = f"""{NOTE}
# Settings

Every setting of an installation, its type, its default and what it is for. Each is an environment variable, or a line of `.env` in the folder of the start. Where the name ends in `_FILE`, the value is a file
that holds the setting: `DOCFLOW_DB__URL_FILE` in place of `DOCFLOW_DB__URL`. Durations are seconds, sizes bytes. A list is written
`a,b` or as JSON. In Python `DOCFLOW_DB__URL` is `db.url` of `docflow.runtime.settings.Settings`.

[.env.example](../../.env.example) holds the same to copy. What a client decides for itself is no setting but a
[configuration](../configuration.md).
"""


def page() -> str:
    meanings = meaning_of_each()
    parts = [_INTRODUCTION]
    for area, rows in _areas(meanings):
        parts.append(f"\n## {area}\n\n")
        parts.append(table(("variable", "type", "default", "what for"), rows))
    return "".join(parts)


def meaning_of_each() -> dict[str, str]:
    """The comment that stands right above each variable of the example, as one line."""
    meanings: dict[str, str] = {}
    comment: list[str] = []
    for line in _EXAMPLE.read_text(encoding="utf-8").splitlines():
        if found := _LINE.match(line):
            meanings[found[1]] = _as_markdown(" ".join(comment))
            comment = []
        elif line.startswith("# ---") or not line.strip():
            comment = []
        else:
            comment.append(line.removeprefix("#").strip())
    return meanings


def _as_markdown(text: str) -> str:
    """Names of variables as code; what Markdown would take for its own is escaped."""
    parts = re.split(r"(`[^`]*`|\bDOCFLOW_[A-Z_]*[A-Z])", text)
    plain = [re.sub(r"([*<])", r"\\\1", part) for part in parts[::2]]
    marked = [part if part.startswith("`") else code(part) for part in parts[1::2]]
    return "".join(first + second for first, second in zip(plain, [*marked, ""], strict=True))


def fields(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every setting with its path; the settings of a group follow one another."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, (*path, name))
        else:
            yield (*path, name), field


def variable(path: tuple[str, ...]) -> str:
    return "DOCFLOW_" + "__".join(path).upper()


def _areas(meanings: dict[str, str]) -> Iterator[tuple[str, list[list[str]]]]:
    areas: dict[str, list[list[str]]] = {}
    for path, field in fields(Settings):
        row = [code(variable(path)), _type(field.annotation), _default(field)]
        areas.setdefault(path[0] if len(path) > 1 else "installation", []).append(
            [*row, meanings[variable(path)]]
        )
    yield from areas.items()


def _type(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(code(each.value) for each in kind)
    inner = [each for each in get_args(kind) if each is not type(None)]
    if get_origin(kind) in (Union, UnionType):
        return _type(inner[0])
    if get_origin(kind) is list:
        return f"list: {_type(inner[0])}"
    if get_origin(kind) is dict:
        return "JSON object"
    return _WORDS[kind]


def _default(field: FieldInfo) -> str:
    default = field.default
    if default is None or default in ({}, []):
        return "unset" if default is None else "empty"
    if isinstance(default, Path) and default.is_absolute():
        return "in the checkout"
    if isinstance(default, list):
        return code(",".join(str(each) for each in default))
    if isinstance(default, bool):
        return code(str(default).lower())
    return code(str(default.value if isinstance(default, Enum) else default))
