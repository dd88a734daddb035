"""What stands below a member of a schema, as its description. Read from the source when the document is made: to have
the framework do so would slow every start."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from docflow_api.schemas.base import Schema


def describe_members(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Of each schema that is one of ours, every member that says nothing of itself yet."""
    known = {model.__name__: model for model in _below(Schema)}
    for name, schema in schemas.items():
        if model := known.get(name):
            told = docs_of(model)
            for member, form in schema.get("properties", {}).items():
                if member in told and isinstance(form, dict):
                    form.setdefault("description", told[member])


def docs_of(model: type) -> dict[str, str]:
    """By member, those of the classes above it included."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if each.__module__.startswith(__package__ or ""):
            found |= _of_module(each.__module__).get(each.__name__, {})
    return found


def _below(model: type[Schema]) -> Iterator[type[Schema]]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)


@cache
def _of_module(name: str) -> Mapping[str, Mapping[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {node.name: dict(_docs(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _docs(of: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for member, after in pairwise(of.body):
        match member, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(told))),
            ):
                yield name, " ".join(told.split())
