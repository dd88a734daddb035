"""Texts with places for values: `{{fields.invoice_number}}`. A place is a name that is known as a whole.

There is nothing else to it: no expressions, no attributes, no loops. What does not have the form of a place stays as it
is written: `{{7*7}}` stays `{{7*7}}`.
"""

import re
from collections.abc import Iterator, Mapping

from docflow.domain.exporting import safe_file_name

_PLACE = re.compile(r"\{\{\s*([A-Za-z_]\w*(?:\.\w+)*)\s*\}\}", re.ASCII)
_DOUBLE = re.compile(r"\{\{[^{}]*\}\}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
MOST_FOLDERS = 8


class TemplateInvalid(ValueError):
    """A template names what is not known; the message tells no value."""


def places(template: str) -> Iterator[str]:
    """The names that a template asks for."""
    for found in _PLACE.finditer(template):
        yield found[1]


def filled(template: str, values: Mapping[str, str | None]) -> str:
    """Raises TemplateInvalid for a name that is not among `values`. What was filled in is not looked at again."""
    return _PLACE.sub(lambda found: _value(found[1], values), template)


def filled_name(template: str, values: Mapping[str, str | None]) -> str:
    """A file's or folder's name: letters, digits, `.`, `_` and `-` alone. ValueError where nothing is left of it.

    `{name}` is a place, too, as in `safe_file_name`; braces that come with a value are none.
    """
    known = _PLACE.sub(lambda found: _plain(_value(found[1], values)), template)
    literal = _DOUBLE.sub(lambda found: _plain(found[0]), known)
    return safe_file_name(literal, values)


def filled_folder(template: str, values: Mapping[str, str | None]) -> str:
    """Names with slashes between them, which come from the template alone: a value makes no folder. May be empty."""
    parts = [part for part in template.split("/") if part.strip()]
    if len(parts) > MOST_FOLDERS:
        raise TemplateInvalid(f"a folder lies at most {MOST_FOLDERS} deep")
    return "/".join(filled_name(part, values) for part in parts)


def _value(name: str, values: Mapping[str, str | None]) -> str:
    if name not in values:
        raise TemplateInvalid("a template names a value that there is not")
    return values[name] or ""


def _plain(text: str) -> str:
    return _UNSAFE.sub("_", text)
