"""Exact arithmetic: sums, differences and products lose no digit; a quotient keeps 34."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Underflow,
)

from docflow.domain.expressions.faults import ExpressionFailed, TooCostly, ValueMissing
from docflow.domain.expressions.types import Value

MAX_DIGITS = 100
MAX_TEXT = 10_000
"""Characters of a text that is put together."""
MAX_ITEMS = 500
"""Of a list that is put together or worked on."""

_TRAPS = [DivisionByZero, InvalidOperation, Overflow, Underflow]
EXACT = Context(prec=MAX_DIGITS, rounding=ROUND_HALF_EVEN, Emin=-999, Emax=999, traps=[*_TRAPS, Inexact])
DIVISION = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-999, Emax=999, traps=_TRAPS)


def added(a: Value, b: Value) -> Value:
    if type(a) is Decimal and type(b) is Decimal:
        return EXACT.add(a, b)
    _refuse_missing(a, b)
    if isinstance(a, str) and isinstance(b, str):
        if len(a) + len(b) > MAX_TEXT:
            raise TooCostly("a text grows too long")
        return a + b
    if isinstance(a, list) and isinstance(b, list):
        if len(a) + len(b) > MAX_ITEMS:
            raise TooCostly(f"a list has more than {MAX_ITEMS} items")
        return a + b
    if isinstance(a, date) and type(b) is Decimal:
        return a + _days(b)
    raise ExpressionFailed("+ adds numbers, texts, lists, or days to a date")


def taken_off(a: Value, b: Value) -> Value:
    """The difference of two dates is a number of days."""
    if type(a) is Decimal and type(b) is Decimal:
        return EXACT.subtract(a, b)
    _refuse_missing(a, b)
    if isinstance(a, date) and isinstance(b, date):
        return Decimal((a - b).days)
    if isinstance(a, date) and type(b) is Decimal:
        return a - _days(b)
    raise ExpressionFailed("- takes numbers from numbers, or dates or days from a date")


def _days(days: Decimal) -> timedelta:
    if days != days.to_integral_value() or abs(days) > 1_000_000:
        raise ExpressionFailed("a date moves by whole days")
    return timedelta(days=int(days))


def _of_numbers(sign: str, work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    def worked_out(a: Value, b: Value) -> Value:
        if type(a) is Decimal and type(b) is Decimal:
            return work(a, b)
        _refuse_missing(a, b)
        raise ExpressionFailed(f"{sign} takes numbers")

    return worked_out


def _ordered(sign: str, holds: Callable[[Value, Value], bool]) -> Callable[[Value, Value], Value]:
    def compared(a: Value, b: Value) -> Value:
        kind = type(a)
        if kind is type(b) and kind in (Decimal, date, str):
            return holds(a, b)
        _refuse_missing(a, b)
        raise ExpressionFailed(f"{sign} compares two numbers, two dates or two texts")

    return compared


def same(a: Value, b: Value) -> bool:
    """Two values that were not read are not known to be the same."""
    if a is None or b is None:
        raise ValueMissing
    if type(a) is type(b):
        return bool(a == b)
    raise ExpressionFailed("two values of different kinds are compared")


def among(a: Value, b: Value) -> bool:
    _refuse_missing(a, b)
    if isinstance(b, list):
        if len(b) > MAX_ITEMS:
            raise TooCostly(f"a list has more than {MAX_ITEMS} items")
        return any(type(item) is type(a) and item == a for item in b)
    if isinstance(b, Mapping) and isinstance(a, str):
        return b.get(a) is not None
    raise ExpressionFailed("in looks into a list, or for a name into a record")


def negative(a: Value) -> Value:
    if type(a) is Decimal:
        return EXACT.minus(a)
    _refuse_missing(a)
    raise ExpressionFailed("- takes a number")


def _refuse_missing(*values: Value) -> None:
    if None in values:
        raise ValueMissing


BINARY: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": added,
    "-": taken_off,
    "*": _of_numbers("*", EXACT.multiply),
    "/": _of_numbers("/", DIVISION.divide),
    "%": _of_numbers("%", DIVISION.remainder),
    "<": _ordered("<", lambda a, b: a < b),
    "<=": _ordered("<=", lambda a, b: a <= b),
    ">": _ordered(">", lambda a, b: a > b),
    ">=": _ordered(">=", lambda a, b: a >= b),
    "==": same,
    "!=": lambda a, b: not same(a, b),
    "in": among,
}
