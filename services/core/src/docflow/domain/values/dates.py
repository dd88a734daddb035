"""Calendar days as printed, in English, German, French, Spanish, Italian, Portuguese and Dutch."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS: dict[str, int] = {}
for _names in (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
):
    for _number, _name in enumerate(_names.split(), 1):
        _MONTHS[_name] = _number
        if _name[:3] != "jui":  # juin and juillet share their first letters
            _MONTHS.setdefault(_name[:3], _number)
_MONTHS |= {"maerz": 3, "sept": 9, "juil": 7, "janv": 1, "fevr": 2, "fev": 2, "dez": 12, "okt": 10}

# Printers glue the time to the day: 09/02/201811:40. Two digits before a colon are an hour: "12. 5. 10:30" names no year.
_YEAR = r"(?:\d{4}|\d{2}(?!:\d))(?!\d)"
_ISO = re.compile(r"(?<![\d.])(\d{4})([-/.])(\d{1,2})\2(\d{2}(?=\d{1,2}:\d\d)|\d{1,2}(?!\d))")
_COMPACT = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
_NUMERIC = re.compile(
    rf"(?<![\d.,/-])(\d{{1,2}})\s?([./-])\s?(\d{{1,2}})\s?\2\s?(\d{{4}}(?=\d{{1,2}}:\d\d)|{_YEAR})(?!\2\d)"
)
_DAY_MONTH = re.compile(
    rf"(?<![\d.,])(\d{{1,2}})(?:st|nd|rd|th|er|o|°)?[\s.\-/]*(?:de\s+)?([^\W\d_]{{3,12}})\.?[\s,.\-/']*(?:de\s+|del\s+)?({_YEAR})",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"(?<![^\W\d_])([^\W\d_]{{3,12}})\.?[\s\-/]*(\d{{1,2}})(?:st|nd|rd|th)?[\s,.\-/]+({_YEAR})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """`start` and `end` are offsets in the text searched; `ambiguous` when day and month could be swapped."""

    day: date
    start: int
    end: int
    ambiguous: bool = False


def parse_date(text: str, *, day_first: bool = True) -> date | None:
    """The day a printed text states; None when it states none or several different ones. A time of day is ignored."""
    days = {found.day for found in find_dates(text, day_first=day_first)}
    return days.pop() if len(days) == 1 else None


def find_dates(text: str, *, day_first: bool = True) -> list[FoundDate]:
    """All days in a text, from left to right, none overlapping; years from 1900 to 2099.

    Two-digit years below 70 are 20xx. A numeric order that fits one reading only is taken as that.
    """
    plain = _fold(text)
    days: list[FoundDate] = []
    taken = bytearray(len(plain))
    for found in _all(plain, day_first):
        if not any(taken[found.start : found.end]):
            taken[found.start : found.end] = b"\1" * (found.end - found.start)
            days.append(found)
    return sorted(days, key=lambda found: found.start)


def _fold(text: str) -> str:
    """Lower case without accents, every character in its place."""
    folded = []
    for character in text:
        base = unicodedata.normalize("NFKD", character)[:1].lower()
        folded.append(base if len(base) == 1 else " ")
    return "".join(folded)


def _all(text: str, day_first: bool) -> Iterator[FoundDate]:
    for match in _ISO.finditer(text):
        yield from _found(match, match[1], match[3], match[4])
    for match in _NUMERIC.finditer(text):
        yield from _numeric(match, day_first)
    for match in _DAY_MONTH.finditer(text):
        if (month := _month(match[2])) is not None:
            yield from _found(match, match[3], month, match[1])
    for match in _MONTH_DAY.finditer(text):
        if (month := _month(match[1])) is not None:
            yield from _found(match, match[3], month, match[2])
    for match in _COMPACT.finditer(text):
        yield from _found(match, match[1], match[2], match[3])


def _numeric(match: re.Match[str], day_first: bool) -> Iterator[FoundDate]:
    first, second, year = int(match[1]), int(match[3]), match[4]
    # A dotted date is never written month first.
    orders = (
        [(first, second), (second, first)]
        if day_first or match[2] == "."
        else [(second, first), (first, second)]
    )
    both = first <= 12 and second <= 12 and first != second and match[2] != "."
    for day, month in orders:
        found = list(_found(match, year, month, day, ambiguous=both))
        if found:
            yield found[0]
            return


def _month(name: str) -> int | None:
    return _MONTHS.get(name) or (_MONTHS.get(name[:4]) or _MONTHS.get(name[:3]) if len(name) <= 4 else None)


def _found(
    match: re.Match[str], year: str, month: str | int, day: str | int, *, ambiguous: bool = False
) -> Iterator[FoundDate]:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 70 else 1900
    if not 1900 <= number <= 2099:
        return
    try:
        yield FoundDate(date(number, int(month), int(day)), match.start(), match.end(), ambiguous)
    except ValueError:
        return
