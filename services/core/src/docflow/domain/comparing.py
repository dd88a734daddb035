"""How canonical values are compared: numbers as exact decimals, dates as days, all else by its text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from docflow.domain.json_types import JsonScalar

T = TypeVar("T")
# 007 and 1E3 are names that are made of digits.
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """`read` gives None for a value that is not of this kind."""

    name: str
    read: Callable[[JsonScalar], T | None]


def number(value: JsonScalar) -> Decimal | None:
    """Exact: a float is taken by its shortest text. None when it is no finite number of a size documents state."""
    if value is None or isinstance(value, bool):
        return None
    text = str(value).strip()
    try:
        read = Decimal("" if "_" in text else text)
    except InvalidOperation:
        return None
    return read if read.is_finite() and abs(read.adjusted()) < 30 else None


def day(value: JsonScalar) -> date | None:
    """An ISO day, or the day of an ISO time."""
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None


def exact(number: Decimal) -> str:
    """The one text of all spellings of a number: no exponent, no zeros behind its last decimal, no digit lost."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def as_plain(value: JsonScalar) -> str:
    """Equal for what means the same: 1.5 and "1.50", not 7 and "007"; true and false are words."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).strip()
    read = number(value) if not isinstance(value, str) or _PLAIN_NUMBER.fullmatch(text) else None
    return text if read is None else exact(read)


NUMBER = Kind("number", number)
DAY = Kind("date", day)
PLAIN: Kind[str] = Kind("value", as_plain)
