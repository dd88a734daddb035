"""docs/reference/commands.md: every verb of the docflow command, from the command itself."""

from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer
from docflow_cli.main import app

from scripts.reference.tables import NOTE, code, first_sentence, table

_INTRODUCTION = f"""{NOTE}
# The docflow command

Every verb of `docflow` with its arguments: `.venv/bin/docflow VERB`. `docflow VERB --help` shows the same as this page. It ends with 0, or with 1 and one line that says what
is wrong and its [code](../api/errors.md). Settings come from the [environment](settings.md). `submit`, `result` and `retention` call the
program that runs in this folder, or the one at `DOCFLOW_API_URL` with the key in `DOCFLOW_API_KEY`, where both are set.
"""


def page() -> str:
    return _INTRODUCTION + "".join(_verb(name, command) for name, command in verbs())


def verbs() -> Iterator[tuple[str, Any]]:
    """Every verb that does something, by the words that call it."""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        else:
            yield from ((f"{name} {verb}", each) for verb, each in inner.items())


def _verb(name: str, command: Any) -> str:
    told = first_sentence(command.help)
    more = [" ".join(part.split()) for part in (command.help or "").strip().split("\n\n")[1:]]
    text = "\n\n".join([f"\n## docflow {name}", told, *more]) + "\n"
    rows = [_parameter(each) for each in command.params]
    return text + ("\n" + table(("argument", "default", "meaning"), rows) if rows else "")


def _parameter(given: Any) -> list[str]:
    is_option = given.param_type_name == "option"
    shown = ", ".join(code(word) for word in given.opts) if is_option else code(given.name.upper())
    if given.required:
        default = "required"
    else:
        plain = getattr(given.default, "value", given.default)
        default = "" if plain in (None, False) else code(str(plain))
    meaning = given.help or ""
    kind = given.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        meaning += f" One of {', '.join(code(one.value) for one in kind)}."
    if given.envvar:
        meaning += f" Or `{given.envvar}`."
    return [shown, default, meaning]
