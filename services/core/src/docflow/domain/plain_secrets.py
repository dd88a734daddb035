"""What looks like a secret in a configuration, which every admin reads and which is copied with each version."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from docflow.domain.errors import Problem, UserError
from docflow.domain.json_types import JsonValue
from docflow.domain.secret_references import is_reference

_NAME = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secrets?|token|credentials?|authorization|(?:api|access|private|signing|auth)[_-]?keys?)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_VALUE = re.compile(
    r"^(?:Bearer|Basic)\s+\S+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:sk|rk|pk)[-_][A-Za-z0-9_-]{16,}"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|whsec_|dfk_[a-z]+_|AIza|AKIA|ASIA)[A-Za-z0-9_-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.",
)
_USER_INFO = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#\s:]*:[^/?#\s]*@", re.IGNORECASE)
_QUERY_NAME = re.compile(r"[?&]([^=&#]+)=[^&#]+")

Path = tuple[str | int, ...]


def plain_secrets(value: JsonValue, path: Path = ()) -> Iterator[Path]:
    """The places of values that look like keys, passwords or tokens, or whose names say that they are.

    `{"$secret": "NAME"}` is how such a value is to be given and is none.
    """
    if is_reference(value):
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, str) and inner and _named_secret(str(name)):
                yield (*path, str(name))
            else:
                yield from plain_secrets(inner, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from plain_secrets(inner, (*path, place))
    elif isinstance(value, str) and _looks_secret(value):
        yield path


def refuse_secret_name(name: str) -> None:
    """Raises UserError for the name of a thing that looks like an address or a key: names are shown to everybody."""
    if "://" in name or any(True for _ in plain_secrets(name)):
        problems = [Problem("/name", "names are no secrets")]
        raise UserError("the name looks like an address or a key", problems=problems)


def _looks_secret(text: str) -> bool:
    if _VALUE.search(text) or _USER_INFO.search(text):
        return True
    return "://" in text and any(_named_secret(name) for name in _QUERY_NAME.findall(text))


def _named_secret(name: str) -> bool:
    """By whole words: `api_key` and `X-Auth-Token` are, `tokenizer` and `passenger` are not."""
    words = [word for word in _SEPARATOR.split(name) if word]
    pairs = ["_".join(pair) for pair in pairwise(words)]
    return any(_NAME.fullmatch(word) for word in (*words, *pairs))
