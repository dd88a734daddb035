"""The functions that expressions may call: what each takes and gives, and how it is worked out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, Inexact
from string import ascii_lowercase, ascii_uppercase

from docflow.domain.comparing import day, exact, number
from docflow.domain.expressions.arithmetic import EXACT, MAX_ITEMS, MAX_TEXT, added
from docflow.domain.expressions.faults import ExpressionFailed, TooCostly, ValueMissing
from docflow.domain.expressions.types import ListOf, Plain, Type, Value

MAX_PATTERN = 500
"""Characters."""

Match = Callable[[str, str], bool]
"""Whether a pattern is found in a text, in time linear in the text. Raises ValueError for a bad pattern."""


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` names the types of each argument; the first `needed` of them must be given."""

    takes: tuple[tuple[Plain | type[ListOf], ...], ...]
    gives: Type
    work: Callable[..., Value]
    needed: int
    needs_match: bool = False


def _size(value: Value) -> Value:
    return Decimal(len(value))


def _sum(values: Sequence[Value]) -> Value:
    total: Value = Decimal(0)
    for value in _all_there(values):
        if type(value) is not Decimal:
            raise ExpressionFailed("sum adds numbers")
        total = added(total, value)
    return total


def _least(*values: Value) -> Value:
    return min(_of_one_kind(values))


def _greatest(*values: Value) -> Value:
    return max(_of_one_kind(values))


def _of_one_kind(values: Sequence[Value]) -> Sequence[Value]:
    found = _all_there(values[0] if len(values) == 1 and isinstance(values[0], list) else values)
    if not found:
        raise ValueMissing
    if {type(value) for value in found} not in ({Decimal}, {date}):
        raise ExpressionFailed("only numbers or only dates have a least and a greatest")
    return found


def _all_there(values: Sequence[Value]) -> Sequence[Value]:
    if len(values) > MAX_ITEMS:
        raise TooCostly(f"a list has more than {MAX_ITEMS} items")
    if None in values:
        raise ValueMissing
    return values


def _round(value: Decimal, places: Decimal = Decimal(0)) -> Value:
    if places not in range(11):
        raise ExpressionFailed("round takes 0 to 10 places")
    return value.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP, _ROUNDING)


_ROUNDING = EXACT.copy()
_ROUNDING.traps[Inexact] = False


def _date(value: Value) -> Value:
    found = value if isinstance(value, date) else day(value)
    if found is None:
        raise ExpressionFailed("date takes an ISO day")
    return found


def _number(value: Value) -> Value:
    found = value if isinstance(value, Decimal) else number(value)
    if found is None:
        raise ExpressionFailed("number takes the text of a number")
    return found


def _string(value: Value) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    return exact(value) if isinstance(value, Decimal) else str(value)


def _matches(text: str, pattern: str, match: Match) -> Value:
    if len(pattern) > MAX_PATTERN or len(text) > MAX_TEXT:
        raise TooCostly("a pattern or the text it searches is too long")
    try:
        return match(pattern, text)
    except ValueError as error:
        raise ExpressionFailed("a pattern cannot be used") from error


_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)
_ANY_TEXT = (Plain.TEXT,)
_ANY_NUMBER = (Plain.NUMBER,)
_EXTREMES: tuple[tuple[Plain | type[ListOf], ...], ...] = (
    (Plain.NUMBER, Plain.DATE, ListOf),
    *((Plain.NUMBER, Plain.DATE),) * 9,
)

FUNCTIONS: Mapping[str, Function] = {
    "size": Function(((Plain.TEXT, ListOf),), Plain.NUMBER, _size, 1),
    "sum": Function(((ListOf,),), Plain.NUMBER, _sum, 1),
    "min": Function(_EXTREMES, Plain.ANY, _least, 1),
    "max": Function(_EXTREMES, Plain.ANY, _greatest, 1),
    "abs": Function((_ANY_NUMBER,), Plain.NUMBER, EXACT.abs, 1),
    "round": Function((_ANY_NUMBER, _ANY_NUMBER), Plain.NUMBER, _round, 1),
    "number": Function(((Plain.TEXT, Plain.NUMBER),), Plain.NUMBER, _number, 1),
    "date": Function(((Plain.TEXT, Plain.DATE),), Plain.DATE, _date, 1),
    "string": Function(((Plain.TEXT, Plain.NUMBER, Plain.DATE, Plain.BOOLEAN),), Plain.TEXT, _string, 1),
    "year": Function(((Plain.DATE,),), Plain.NUMBER, lambda value: Decimal(value.year), 1),
    "month": Function(((Plain.DATE,),), Plain.NUMBER, lambda value: Decimal(value.month), 1),
    "contains": Function((_ANY_TEXT, _ANY_TEXT), Plain.BOOLEAN, lambda text, part: part in text, 2),
    "startsWith": Function((_ANY_TEXT, _ANY_TEXT), Plain.BOOLEAN, str.startswith, 2),
    "endsWith": Function((_ANY_TEXT, _ANY_TEXT), Plain.BOOLEAN, str.endswith, 2),
    "lowerAscii": Function((_ANY_TEXT,), Plain.TEXT, lambda text: text.translate(_LOWER), 1),
    "upperAscii": Function((_ANY_TEXT,), Plain.TEXT, lambda text: text.translate(_UPPER), 1),
    "trim": Function((_ANY_TEXT,), Plain.TEXT, str.strip, 1),
    "matches": Function((_ANY_TEXT, _ANY_TEXT), Plain.BOOLEAN, _matches, 2, needs_match=True),
}
