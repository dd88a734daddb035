"""The words of an expression."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from docflow.domain.expressions.faults import ExpressionInvalid

MAX_LENGTH = 1_000
"""Characters of one expression."""

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+|//[^\n]*)
  | (?P<number>(?:\d+\.\d+|\d+|\.\d+)(?:[eE][+-]?\d{1,4})?)
  | (?P<text>r?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>\|\||&&|==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "`": "`", "?": "?"}


class Word(Enum):
    NUMBER = auto()
    TEXT = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what it means for a TEXT, else as written; `at` counts characters from 1."""

    word: Word
    text: str
    at: int


def tokens_of(source: str) -> tuple[Token, ...]:
    """Raises ExpressionInvalid."""
    if len(source) > MAX_LENGTH:
        raise ExpressionInvalid(f"is longer than {MAX_LENGTH} characters", MAX_LENGTH + 1)
    return (*_tokens(source), Token(Word.END, "", len(source) + 1))


def _tokens(source: str) -> Iterator[Token]:
    place = 0
    while place < len(source):
        found = _TOKEN.match(source, place)
        if found is None:
            raise ExpressionInvalid("has a sign that means nothing here", place + 1)
        at, place = place + 1, found.end()
        match found.lastgroup:
            case "space":
                continue
            case "number":
                if place < len(source) and (source[place].isalnum() or source[place] == "_"):
                    raise ExpressionInvalid("has a number that is none", at)
                yield Token(Word.NUMBER, found.group(), at)
            case "text":
                yield Token(Word.TEXT, _unquoted(found.group(), at), at)
            case "name":
                yield Token(Word.NAME, found.group(), at)
            case _:
                yield Token(Word.SIGN, found.group(), at)


def _unquoted(written: str, at: int) -> str:
    if written.startswith("r"):
        return written[2:-1]

    def meant(escape: re.Match[str]) -> str:
        what = escape.group(1)
        if len(what) == 5:
            return chr(int(what[1:], 16))
        if what not in _ESCAPED:
            raise ExpressionInvalid("has an escape that means nothing", at)
        return _ESCAPED[what]

    return _ESCAPE.sub(meant, written[1:-1])
