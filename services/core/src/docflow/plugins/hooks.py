"""What a plugin can do: one object with a `name` and any of these four. All are pure and safe to repeat."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.reading import Page
from docflow.plugins.validators.validator import Given, Validator

__all__ = ["Enricher", "FraudCheck", "Hook", "PageCheck", "Signal", "Validator"]


class Hook(StrEnum):
    """The method's name; the order in which a document meets them."""

    LOOK = "look"
    SIGNALS = "signals"
    ENRICH = "enrich"
    VALIDATE = "validate"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that speaks of fraud. `score` 0..1: from 0.5 on it holds the process, where fraud detection is on.

    `fields` are those that show it; a reviewer sees where they stand. The message names fields and holds no value.
    """

    code: str
    score: float
    message: str
    fields: tuple[str, ...] = ()


class PageCheck(Protocol):
    """Looks at the words of one document once it is read, in `worker-ocr`. An error holds the process."""

    name: str

    def look(self, pages: Sequence[Page]) -> Sequence[Finding] | Awaitable[Sequence[Finding]]: ...


class FraudCheck(Protocol):
    """Gives signals of fraud for one document, in `worker-ocr`."""

    name: str

    def signals(self, given: Given) -> Sequence[Signal] | Awaitable[Sequence[Signal]]: ...


class Enricher(Protocol):
    """Adds or normalises fields of the output schema before the rules, in `worker-processor`.

    Gives values by dotted path, in any form that a person could type; None leaves a field as it is.
    """

    name: str

    def enrich(self, given: Given) -> Mapping[str, JsonScalar] | Awaitable[Mapping[str, JsonScalar]]: ...
