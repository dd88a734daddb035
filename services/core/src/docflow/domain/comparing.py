"""How canonical values are compared: numbers as exact decimals, dates as days, all else by its text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

from docflow.domain.json_types import JsonScalar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """`read` gives None for a value that is not of this kind."""

    name: str
    read: Callable[[JsonScalar], T | None]


def number(value: JsonScalar) -> Decimal | None:
    """Exact: a float is taken by its shortest text. None when it is no finite number of a size documents state."""
    if value is None or isinstance(value, bool):
        return None
    try:
        read = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return read if read.is_finite() and abs(read.adjusted()) < 30 else None


def day(value: JsonScalar) -> date | None:
    """An ISO day, or the day of an ISO time."""
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        return None


def as_plain(value: JsonScalar) -> str:
    """Equal for what means the same: 1.5 and "1.50"; true and false are words."""
    if isinstance(value, bool):
        return str(value).lower()
    read = number(value)
    return str(value).strip() if read is None else f"{read.normalize():f}"


NUMBER = Kind("number", number)
DAY = Kind("date", day)
PLAIN: Kind[str] = Kind("value", as_plain)
