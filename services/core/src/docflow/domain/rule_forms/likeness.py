"""Whether two values of one kind are the same for a business: within a tolerance, or but for spelling."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from docflow.domain.comparing import exact, number
from docflow.domain.expressions.types import Plain
from docflow.domain.facts import type_of, value_of
from docflow.domain.json_types import JsonScalar, JsonValue
from docflow.domain.output_schema import FieldSpec
from docflow.domain.rules import RuleInvalid

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A difference up to `amount`, or up to `share` (0.02 = 2 %) of the other value, whichever is more."""

    amount: Decimal = Decimal(0)
    share: Decimal = Decimal(0)

    def covers(self, difference: Decimal, other: Decimal) -> bool:
        return difference <= max(self.amount, self.share * abs(other))


def tolerance_of(given: JsonValue) -> Tolerance:
    """From a number, or a text such as "2%". Raises RuleInvalid."""
    if given is None:
        return Tolerance()
    text = str(given).strip() if isinstance(given, str | int | float) else ""
    is_share = text.endswith("%")
    read = number(text.removesuffix("%"))
    if read is None or read < 0:
        raise RuleInvalid("a tolerance is a number from 0 up, or a percentage such as 2%")
    return Tolerance(share=read / 100) if is_share else Tolerance(amount=read)


def alike(
    spec: FieldSpec,
    one: JsonScalar,
    other: JsonScalar,
    tolerance: Tolerance | None = None,
    *,
    at_most: bool = False,
) -> bool | None:
    """Whether `one` is as the `other`, or, with `at_most`, not above it; None where one of them is missing."""
    a, b = value_of(spec, one), value_of(spec, other)
    if a is None or b is None:
        return None
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        difference = max(a - b, Decimal(0)) if at_most else abs(a - b)
        return (tolerance or Tolerance()).covers(difference, b)
    if type_of(spec) is Plain.TEXT:
        return key_of(spec, one) == key_of(spec, other)
    return bool(a == b)


def key_of(spec: FieldSpec, value: JsonScalar) -> str | None:
    """One text for all spellings: no case, no signs; for names and descriptions no order of words either."""
    read = value_of(spec, value)
    if read is None:
        return None
    if isinstance(read, Decimal):
        return exact(read)
    words = _WORDS.findall(unicodedata.normalize("NFKC", str(read)).casefold())
    return "".join(words) if spec.kind.is_exact else " ".join(sorted(words))
