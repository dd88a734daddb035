"""What a validator is."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from docflow.domain.comparing import day, number
from docflow.domain.evidence import Values
from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity


@dataclass(frozen=True, slots=True)
class Given:
    """What a validator may look at. `received_on` is the UTC day the process was accepted: a repeat sees the same."""

    process_type_id: str
    values: Values
    received_on: date

    def text(self, *names: str) -> tuple[str, str] | None:
        """The first of these fields that has a value, with its name."""
        found = self._first(names)
        return (found[0], str(found[1])) if found else None

    def amount(self, *names: str) -> tuple[str, Decimal] | None:
        found = self._first(names)
        value = number(found[1]) if found else None
        return (found[0], value) if found and value is not None else None

    def day(self, *names: str) -> tuple[str, date] | None:
        found = self._first(names)
        value = day(found[1]) if found else None
        return (found[0], value) if found and value is not None else None

    def severity(self, field: str) -> Severity:
        """What a value from a structured invoice states was not misread: the issuer's slip is told, not held."""
        return Severity.WARNING if self.values.sources.get(field) == "xml" else Severity.ERROR

    def _first(self, names: Sequence[str]) -> tuple[str, JsonScalar] | None:
        return next(((n, v) for n in names if (v := self.values.one(n)) is not None), None)


class Validator(Protocol):
    """Checks of one kind of document. Pure, safe to repeat; findings name fields and hold no values.

    Runs in a thread of its own, so it may be slow or wait, within the time its caller gives it.
    """

    name: str

    def validate(self, given: Given) -> Sequence[Finding] | Awaitable[Sequence[Finding]]: ...
