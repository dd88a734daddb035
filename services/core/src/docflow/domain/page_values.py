"""Values of a kind that stand in a line, found without knowing what they are of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docflow.domain.json_types import JsonScalar
from docflow.domain.lines import Line, union
from docflow.domain.reading import Box
from docflow.domain.values.currency import CODES
from docflow.domain.values.dates import find_dates
from docflow.domain.values.kinds import FieldKind, canonical
from docflow.domain.values.money import parse_amount, plain

_CODE = "|".join(sorted(CODES))
_SIGN = rf"(?:{_CODE}|RM|Rs\.?|[A-Z]{{0,2}}[€£$¥₹₩₪₺₽฿₫₱₴]|zł|Kč|kr\.?|Fr\.?)"
_DIGITS = r"(?:\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?|[.,]\d{2})"
_AMOUNT = re.compile(
    # OCR glues a label to the sign of its amount: "TotalRM21.85".
    rf"(?:(?<![\w.,/#])|(?<=[a-z])(?=(?:RM|[€£$])\d))(?<!\d:)(?<!\d-)(?P<open>\()?(?P<sign>[-−–]\s?)?(?P<cur>{_SIGN}\s{{0,2}})?[-−–]?\s?(?P<digits>{_DIGITS})"
    rf"(?P<after>-(?![\w])|\s?{_SIGN}(?![A-Za-z]))?(?(open)\))(?![\w/%]|[.,:-]\d)",
)
_ID = re.compile(r"(?<!\w)(?=[\w/.#-]{0,40}\d)[A-Z0-9][\w/.#&-]{0,40}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundValue:
    """`start` and `end` are offsets in the line's text; `value` is canonical."""

    line: Line
    start: int
    end: int
    value: JsonScalar
    ambiguous: bool = False

    @property
    def text(self) -> str:
        return self.line.text[self.start : self.end].strip()

    @property
    def box(self) -> Box:
        return union([word.box for word in self.line.words_at(self.start, self.end)])

    @property
    def has_decimals(self) -> bool:
        return re.search(r"[.,]\d{2}\b", self.text) is not None


def values_in(line: Line, kind: FieldKind, *, day_first: bool = True) -> Iterator[FoundValue]:
    """All values of an exact kind, left to right. Text kinds have none: a line is not a value by itself."""
    match kind:
        case FieldKind.MONEY | FieldKind.QUANTITY:
            yield from _amounts(line)
        case FieldKind.DATE:
            for found in find_dates(line.text, day_first=day_first):
                yield FoundValue(line, found.start, found.end, found.day.isoformat(), found.ambiguous)
        case FieldKind.RATE:
            for match in re.finditer(rf"(?<![\w.,])({_DIGITS})\s?%", line.text):
                yield from _typed(line, kind, match.start(), match.end())
        case FieldKind.ID:
            for match in _ID.finditer(line.text):
                yield from _typed(line, kind, match.start(), match.end())
        case FieldKind.PARTY | FieldKind.ADDRESS | FieldKind.TEXT | FieldKind.BOOLEAN:
            return
        case _:
            yield from _typed(line, kind, 0, len(line.text))


def _amounts(line: Line) -> Iterator[FoundValue]:
    for match in _AMOUNT.finditer(line.text):
        amount = parse_amount(match[0])
        if amount is not None:
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            yield FoundValue(line, start, match.end(), plain(amount))


def _typed(line: Line, kind: FieldKind, start: int, end: int) -> Iterator[FoundValue]:
    value = canonical(kind, line.text[start:end])
    if value is not None:
        yield FoundValue(line, start, end, value)
