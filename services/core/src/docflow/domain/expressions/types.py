"""The kinds of values that expressions know: numbers are exact decimals, dates are days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Value = Any
"""Decimal, str, bool, date, None (was not read), or a list or mapping of these."""


class Plain(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "yes or no"
    DATE = "date"
    MISSING = "null"
    ANY = "anything"


@dataclass(frozen=True, slots=True)
class ListOf:
    item: "Type"

    def __str__(self) -> str:
        return "list"


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """Values under names. `others` is the type of a name that is not listed; None = there is no other."""

    names: Mapping[str, "Type"] = field(default_factory=dict)
    others: "Type | None" = None

    def __str__(self) -> str:
        return "record"

    def of(self, name: str) -> "Type | None":
        return self.names.get(name, self.others)


Type = Plain | ListOf | Record


def fits(one: Type, other: Type) -> bool:
    """Whether two values of these types may be compared for equality."""
    if isinstance(one, Plain) and isinstance(other, Plain):
        return one is other or Plain.ANY in (one, other) or Plain.MISSING in (one, other)
    if isinstance(one, Plain) or isinstance(other, Plain):
        return one in (Plain.ANY, Plain.MISSING) or other in (Plain.ANY, Plain.MISSING)
    if isinstance(one, ListOf) and isinstance(other, ListOf):
        return fits(one.item, other.item)
    return isinstance(one, Record) and isinstance(other, Record)
