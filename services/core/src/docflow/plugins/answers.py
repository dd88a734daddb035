"""What plugins answer, made anew of plain parts: nothing of a stranger's object goes further than this.

Each raises TypeError or ValueError for nonsense.
"""

import math
from collections.abc import Callable, Mapping
from typing import TypeVar

from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.plugins.hooks import Hook, Signal

T = TypeVar("T")

MAX_ITEMS = 200
MAX_CODE = 100
MAX_TEXT = 4_000


def findings(answer: object) -> tuple[Finding, ...]:
    return tuple(_finding(item) for item in _listed(answer, Finding))


def signals(answer: object) -> tuple[Signal, ...]:
    return tuple(_signal(item) for item in _listed(answer, Signal))


def values(answer: object) -> dict[str, JsonScalar]:
    if not isinstance(answer, Mapping) or len(answer) > MAX_ITEMS:
        raise TypeError(f"an enricher answers a mapping of at most {MAX_ITEMS} fields")
    return {_text(path, MAX_CODE): _scalar(value) for path, value in answer.items()}


CHECKED: Mapping[Hook, Callable[[object], object]] = {
    Hook.LOOK: findings,
    Hook.SIGNALS: signals,
    Hook.ENRICH: values,
    Hook.VALIDATE: findings,
}


def _listed(answer: object, kind: type[T]) -> list[T]:
    if not isinstance(answer, list | tuple) or len(answer) > MAX_ITEMS:
        raise TypeError(f"a plugin answers a list of at most {MAX_ITEMS}")
    found = [item for item in answer if isinstance(item, kind)]
    if len(found) < len(answer):
        raise TypeError(f"a plugin answers a list of {kind.__name__}")
    return found


def _finding(given: Finding) -> Finding:
    if not isinstance(given.severity, Severity):
        raise TypeError("a finding has a severity")
    field = None if given.field is None else _text(given.field, MAX_CODE)
    return Finding(_code(given.code), given.severity, field, _text(given.message, MAX_TEXT))


def _signal(given: Signal) -> Signal:
    score = float(given.score)
    if not 0 <= score <= 1:
        raise ValueError("the score of a signal is 0..1")
    fields = tuple(_text(name, MAX_CODE) for name in given.fields[:MAX_ITEMS])
    return Signal(_code(given.code), score, _text(given.message, MAX_TEXT), fields)


def _code(given: object) -> str:
    code = _text(given, MAX_CODE)
    if not code:
        raise ValueError("a code is not empty")
    return code


def _text(given: object, longest: int) -> str:
    if not isinstance(given, str) or len(given) > longest:
        raise TypeError(f"a text of at most {longest} characters")
    return str(given)


def _scalar(given: object) -> JsonScalar:
    if given is None or isinstance(given, bool):
        return given
    if isinstance(given, str):
        return _text(given, MAX_TEXT)
    if isinstance(given, int):
        return int(given)
    if isinstance(given, float) and math.isfinite(given):
        return float(given)
    raise TypeError("a value is a text, a number, true, false or None")
