"""Why a field had to be corrected, as far as its values tell."""

from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from enum import StrEnum

from docflow.domain.json_types import JsonScalar
from docflow.domain.reading import Box
from docflow.domain.values.kinds import FieldKind, canonical, text_key

#: Values that share so much of their characters are one value, read wrong.
ALIKE = 0.6


class Cause(StrEnum):
    MISSING = "missing"
    """Nothing was read."""
    FORMAT = "format"
    """The right value, written otherwise: another order of day and month, another mark of decimals, other spelling."""
    WRONG_CANDIDATE = "wrong_candidate"
    """Another value of the page was taken for it, or one where there is none."""
    MISREAD = "misread"
    """The right value does not stand on the page as it was read: its characters were taken for others."""


@dataclass(frozen=True, slots=True)
class CorrectedField:
    """What is known of a corrected field; `page` and `box` tell where the right value stands, None = on no page.

    `is_exact` = it stands there letter by letter; a name may stand there in another spelling.
    """

    kind: FieldKind | None = None
    page: int | None = None
    box: Box | None = None
    is_exact: bool = True

    @property
    def stands(self) -> bool:
        return self.page is not None and self.is_exact


def cause_of(before: JsonScalar, after: JsonScalar, field: CorrectedField | None) -> Cause:
    """`field` None = neither its kind nor its place is known."""
    if before is None or before == "":
        return Cause.MISSING
    if after is None or after == "":
        return Cause.WRONG_CANDIDATE
    kind = (field.kind if field else None) or FieldKind.TEXT
    left, right = str(before), str(after)
    if _written_otherwise(kind, left, right):
        return Cause.FORMAT
    if field is not None and field.stands:
        return Cause.WRONG_CANDIDATE
    ratio = SequenceMatcher(None, text_key(left), text_key(right), autojunk=False).ratio()
    return Cause.MISREAD if ratio >= ALIKE else Cause.WRONG_CANDIDATE


def _written_otherwise(kind: FieldKind, left: str, right: str) -> bool:
    if text_key(left) == text_key(right):
        return True
    one, other = canonical(kind, left), canonical(kind, right)
    if one is not None and str(one) == str(other):
        return True
    if kind is FieldKind.DATE:
        return _swapped(str(one), str(other))
    if kind not in (FieldKind.MONEY, FieldKind.QUANTITY, FieldKind.RATE):
        return False
    if one is None or other is None:
        return _same_digits(left, right)
    return _same_digits(left, right) or Decimal(str(one)) == Decimal(str(other))


def _swapped(one: str, other: str) -> bool:
    """2026-02-03 and 2026-03-02."""
    first, second = one.split("-"), other.split("-")
    return len(first) == len(second) == 3 and first == [second[0], second[2], second[1]]


def _same_digits(left: str, right: str) -> bool:
    return _significant(left) == _significant(right) != ""


def _significant(text: str) -> str:
    return "".join(c for c in text if c.isdigit()).strip("0")
