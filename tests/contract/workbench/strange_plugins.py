"""Plugins of strangers, good and bad, as a child finds them."""

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.reading import Page
from docflow.domain.stages import Severity
from docflow.plugins.hooks import Signal
from docflow.plugins.validators.validator import Given

FOUND = Finding("odd", Severity.WARNING, "a", "a is odd")


class Whole:
    """With all four."""

    name = "whole"

    def look(self, pages: Sequence[Page]) -> Sequence[Finding]:
        return [Finding("pages", Severity.WARNING, None, str(len(pages)))]

    async def signals(self, given: Given) -> Sequence[Signal]:
        return [Signal("odd", 0.6, "a is odd", ("a",))]

    def enrich(self, given: Given) -> Mapping[str, JsonScalar]:
        return {"a": "1"}

    def validate(self, given: Given) -> Sequence[Finding]:
        return [FOUND]


class Bare:
    """With none."""


class Nested(Exception):
    """Cannot leave a process."""

    def __init__(self) -> None:
        super().__init__(threading.Lock())


class Unfit(Finding):
    """A finding that cannot leave a process."""

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError


def _bad(work: Any) -> Any:
    """A plugin whose `validate` goes wrong in its own way."""
    return type("Bad", (), {"validate": lambda self, given: work()})()


def _raise(error: BaseException) -> Any:
    raise error


def _endless() -> Iterator[Finding]:
    while True:
        yield FOUND


def _spin() -> None:
    while True:
        pass


RAISES = _bad(lambda: _raise(ValueError("SECRET")))
RAISES_UNPICKLABLE = _bad(lambda: _raise(Nested()))
EXITS = _bad(lambda: _raise(SystemExit(3)))
DIES = _bad(lambda: os._exit(3))
HANGS = _bad(lambda: time.sleep(600))
SPINS = _bad(_spin)
HUGE = _bad(lambda: [FOUND] * 10**6)
LONG = _bad(lambda: [Finding("odd", Severity.WARNING, None, "x" * 10**7)])
EATS_MEMORY = _bad(lambda: bytearray(1 << 40))
LOCK = _bad(threading.Lock)
GENERATES = _bad(_endless)
DIALS = _bad(lambda: socket.create_connection(("127.0.0.1", 9)))
UNFIT = _bad(lambda: [Unfit("odd", Severity.WARNING, None, "")])
