"""The stable codes that the source gives out, found by reading it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from docflow.domain import errors
from docflow.domain.errors import DocflowError
from docflow_api.errors import _BY_CODE, _BY_STATUS, status_of

from tests.unit.project.repository import ROOT

CALLS_OF_A_FAILURE = {"Fail"}


def statuses_by_code() -> Mapping[str, set[int]]:
    """Each code with the statuses that the gateway gives it; 0 stands for a stage's failure, which has none."""
    trees = [
        ast.parse(file.read_text(encoding="utf-8"))
        for file in sorted((ROOT / "services").rglob("src/**/*.py"))
    ]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    kinds = _kinds(classes)
    found: dict[str, set[int]] = defaultdict(set)
    for node in classes:
        if node.name in kinds:
            for code in _default_codes(node):
                found[code].add(status_of(kinds[node.name](code=code)))
    for tree in trees:
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = _name(call.func)
            if name in kinds:
                for code in _codes(call):
                    found[code].add(status_of(kinds[name](code=code)))
            elif name in CALLS_OF_A_FAILURE:
                for code in _codes(call, positional=True):
                    found[code].add(0)
    for code, status in [*_BY_CODE.items(), *((code, status) for status, code in _BY_STATUS.items())]:
        found[code].add(status)
    return found


def _kinds(classes: list[ast.ClassDef]) -> dict[str, type[DocflowError]]:
    """Every class of errors, by name, with the kind of the domain that it is."""
    kinds: dict[str, type[DocflowError]] = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, DocflowError)
    }
    for _ in classes:
        more = {
            node.name: kinds[_name(base)]
            for node in classes
            for base in node.bases
            if node.name not in kinds and _name(base) in kinds
        }
        if not more:
            return kinds
        kinds |= more
    return kinds


def _default_codes(node: ast.ClassDef) -> Iterator[str]:
    for one in node.body:
        if isinstance(one, ast.Assign) and _name(one.targets[0]) == "default_code":
            yield from _texts(one.value)


def _codes(call: ast.Call, *, positional: bool = False) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg == "code":
            yield from _texts(keyword.value)
    if positional and call.args:
        yield from _texts(call.args[0])


def _texts(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=first, orelse=second):
            yield from _texts(first)
            yield from _texts(second)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
