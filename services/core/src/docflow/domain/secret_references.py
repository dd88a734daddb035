"""`{"$secret": "NAME"}`: a place in a configuration where a secret stands when it is used, and never before."""

import re
from collections.abc import Callable, Iterator, Mapping

from docflow.domain.json_types import JsonObject, JsonValue

NAME = "[A-Z][A-Z0-9_]{0,63}"
MARK = "$secret"
_NAME = re.compile(NAME)
_VARIABLE = "DOCFLOW_SECRET_"


def is_reference(value: JsonValue) -> bool:
    return isinstance(value, Mapping) and set(value) == {MARK} and _is_name(value[MARK])


def references(value: JsonValue) -> Iterator[str]:
    """The names of the secrets that a value asks for."""
    if is_reference(value):
        assert isinstance(value, Mapping)
        yield str(value[MARK])
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from references(inner)


def with_secrets(config: JsonObject, found: Callable[[str], str]) -> JsonObject:
    """A copy with the secrets in their places. It belongs in memory alone."""
    return {name: _filled(value, found) for name, value in config.items()}


def _filled(value: JsonValue, found: Callable[[str], str]) -> JsonValue:
    if is_reference(value):
        assert isinstance(value, Mapping)
        return found(str(value[MARK]))
    if isinstance(value, Mapping):
        return {name: _filled(inner, found) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(inner, found) for inner in value]
    return value


def variable_of(slug: str, name: str) -> str:
    """The environment variable of a client's secret. A hyphen of the slug is two underscores.

    A slug holds no underscore and a name begins with a letter, so no two clients share a variable: `acme` with
    `PROD_KEY` is DOCFLOW_SECRET_ACME_PROD_KEY, `acme-prod` with `KEY` is DOCFLOW_SECRET_ACME__PROD_KEY.
    """
    return f"{_VARIABLE}{slug.upper().replace('-', '__')}_{name}"


def _is_name(value: JsonValue) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None
