"""A value that a person typed, in the canonical form of its field."""

from decimal import Decimal, InvalidOperation

from docflow.domain.comparing import number
from docflow.domain.json_types import JsonScalar, JsonValue
from docflow.domain.output_schema import FieldSpec
from docflow.domain.values.kinds import FieldKind, canonical, one_line
from docflow.domain.values.money import plain

LONGEST = 4000
#: Of these kinds a value has one form or is none. Of all others a person may state what a page shows, well formed or not.
_STRICT = {
    FieldKind.MONEY: "is an amount such as 119.00",
    FieldKind.RATE: "is a rate such as 19",
    FieldKind.QUANTITY: "is a number",
    FieldKind.DATE: "is a date such as 2026-11-30",
    FieldKind.BOOLEAN: "is true or false",
    FieldKind.CURRENCY: "is a currency such as EUR",
}


class WrongValue(ValueError):
    """What a value of the field is, in words for the person who typed it."""


def typed(spec: FieldSpec, value: JsonValue) -> JsonScalar:
    """Blank text and null are no value. Raises WrongValue."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        if spec.kind is FieldKind.BOOLEAN or "boolean" in spec.types:
            return value
        raise WrongValue(_STRICT.get(spec.kind, "is text"))
    if not isinstance(value, str | int | float):
        raise WrongValue("is a single value: a string, a number, true, false or null")
    text = value if isinstance(value, str) else _written(value)
    if len(text) > LONGEST:
        raise WrongValue(f"is longer than {LONGEST} characters")
    right = canonical(spec.kind, text)
    if right is None and spec.kind in _STRICT:
        raise WrongValue(_STRICT[spec.kind])
    if right is None:
        right = one_line(text) or text.strip()
    if set(spec.types) == {"integer"} and not _is_whole(right):
        raise WrongValue("is a whole number")
    return right


def same(left: JsonScalar, right: JsonScalar) -> bool:
    """10.00 and 10 are one value; so are no value and blank text."""
    here, there = ("" if one is None else str(one).strip() for one in (left, right))
    if here == there or not (here and there):
        return here == there
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    # 001 and 1 are two numbers of invoices.
    if here.partition(".")[0] != there.partition(".")[0]:
        return False
    one, other = number(left), number(right)
    return one is not None and one == other


def _written(value: float) -> str:
    try:
        return plain(Decimal(str(value)))
    except InvalidOperation as error:
        raise WrongValue("is a number") from error


def _is_whole(value: JsonScalar) -> bool:
    read = number(value)
    return read is not None and read == read.to_integral_value()
