"""docs/reference/schema.md: tables and columns from db/schema.sql, their meaning from the models' docstrings."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import docflow.features.models  # noqa: F401 - every model is known to the registry
from docflow.db.base import Base
from docflow.db.comparison import LEFT_BEHIND

from scripts.reference.docstrings import attributes
from scripts.reference.tables import NOTE, code, table

_ROOT = Path(__file__).parents[2]
_TABLE = re.compile(r"^CREATE TABLE (\w+) \(\n(.*?)^\)(.*?);", re.MULTILINE | re.DOTALL)
_WORDS = re.compile(
    r"CONSTRAINT ck_\w+_known CHECK \(+(?:\((\w+) IS NULL\) OR \()?(\w+) = ANY \(ARRAY\[(.*?)\]\)"
)
_COLUMN = re.compile(r'^ {4}"?(\w+)"? (.+?),?$', re.MULTILINE)
_REFERENCE = re.compile(r"FOREIGN KEY \((?:[\w, ]*, )?(\w+)\) REFERENCES (\w+)\(")
_PRIMARY = re.compile(r"PRIMARY KEY \(([^)]*)\)")

_INTRODUCTION = f"""{NOTE}
# The database

Every table and column, and what it holds. What the migrations make, in full with constraints, indexes, policies and functions, stands in
[schema.sql](../../db/schema.sql). Each table that has a `client_id` is under forced row-level security: a transaction sees the rows
of its own client and no others. Rows of the platform have none. Documents' files and the words of their pages lie in the file
store. [db/README.md](../../db/README.md) tells of roles and migrations.
"""

_LEFT = "Used no more; a later migration takes it."


class _Model(NamedTuple):
    told: str
    columns: dict[str, str]


def page() -> str:
    text = (_ROOT / "db" / "schema.sql").read_text(encoding="utf-8")
    models = described()
    parts = [_INTRODUCTION]
    for name, body, rest in _TABLE.findall(text):
        model = models.get(name, _Model("", {}))
        parts.append(f"\n## {name}\n\n{model.told}{_partition(rest)}\n\n")
        parts.append(table(("column", "type", "", "meaning"), _columns(body, model.columns)))
    return "".join(parts)


def tables() -> list[str]:
    text = (_ROOT / "db" / "schema.sql").read_text(encoding="utf-8")
    return [name for name, _, _ in _TABLE.findall(text)]


def described() -> dict[str, _Model]:
    """By table: what the model's docstring says, and what stands below each of its columns; and what has no model any more."""
    found = {}
    for mapper in Base.registry.mappers:
        kind = mapper.class_
        names = {prop.key: prop.columns[0].name for prop in mapper.column_attrs}
        found[mapper.local_table.name] = _Model(  # type: ignore[attr-defined]
            " ".join((kind.__doc__ or "").split()),
            {names[key]: text for key, text in attributes(kind).items() if key in names},
        )
    for of, _, column in (name.partition(".") for name in LEFT_BEHIND):
        if column:
            found[of].columns[column] = _LEFT
        else:
            found[of] = _Model(_LEFT, {})
    return found


def _columns(body: str, meanings: dict[str, str]) -> Iterator[list[str]]:
    primary = _PRIMARY.search(body)
    keys = primary[1].replace('"', "").split(", ") if primary else []
    leads = dict(_REFERENCE.findall(body))
    words = {column: re.findall(r"'(.*?)'", listed) for _, column, listed in _WORDS.findall(body)}
    for name, rest in _COLUMN.findall(body):
        if name == "CONSTRAINT":
            continue
        kind, _, default = rest.partition(" DEFAULT ")
        notes = ["key"] if name in keys else []
        notes += [f"references [{leads[name]}](#{leads[name]})"] if name in leads else []
        notes += [] if "NOT NULL" in kind else ["may be NULL"]
        notes += [f"default {code(default)}"] if default and len(default) < 40 else []
        notes += [f"one of {', '.join(words[name])}"] if name in words else []
        yield [code(name), kind.replace(" NOT NULL", "").lower(), "; ".join(notes), meanings.get(name, "")]


def _partition(rest: str) -> str:
    found = re.search(r"PARTITION BY (.*)", rest)
    return f" Partitioned by {code(found[1].strip())}." if found else ""
