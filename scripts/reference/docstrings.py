"""What a class says of itself and of each of its attributes, read from its source."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path


def attributes(kind: type) -> dict[str, str]:
    """By attribute: the text that stands right below it, its bases' too, each as one line."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("docflow"):
            found |= {name: " ".join(text.split()) for name, text in _told(_class(base))}
    return found


def _class(kind: type) -> ast.ClassDef:
    source = Path(str(sys.modules[kind.__module__].__file__)).read_text(encoding="utf-8")
    nodes = ast.parse(source).body
    return next(node for node in nodes if isinstance(node, ast.ClassDef) and node.name == kind.__name__)


def _told(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for one, after in zip(node.body, node.body[1:], strict=False):
        match one, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, text
