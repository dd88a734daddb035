"""Amounts as people print them, in any of the usual locales."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from docflow.domain.values.currency import CODES, SIGNS, WORDS

_NUMBER = re.compile(r"\d(?:[\d.,'’\s]*\d)?|[.,]\d+")
_AFFIX = re.compile(r"[^\W\d_]+|[^\w\s.,()'’+\-–−]")
_MINUS = "-−–"


def parse_amount(text: str) -> Decimal | None:
    """The amount a printed text states, with as many decimals as printed; None when it states none or several.

    A leading or trailing minus or brackets make it negative. The decimal mark is the later of "." and ","; a single
    mark groups thousands only before exactly three digits and after one to three (not zeros alone). Letters are allowed
    only where they name a currency.
    """
    return _stated(text, _is_currency_mark)


def parse_rate(text: str) -> Decimal | None:
    """A number that may carry a percent sign: "19 %" is 19. Brackets say nothing of its sign, as in "VAT (19 %)"."""
    return _stated(re.sub("[()]", " ", text), lambda mark: mark == "%" or _is_currency_mark(mark))


def parse_quantity(text: str) -> Decimal | None:
    """A number with at most one word of a unit behind it: "2 pcs", "1,5 h", "x3"."""
    one_line = " ".join(text.split())
    return parse_amount(re.sub(r"^[xX×] ?(?=\d)| ?[^\W\d_]{1,12}\.?$", "", one_line))


def plain(amount: Decimal) -> str:
    """A decimal string without exponent, group marks or plus: the canonical form of money and exact numbers."""
    return format(amount, "f")


def _stated(text: str, may_stand_beside: Callable[[str], bool]) -> Decimal | None:
    folded = unicodedata.normalize("NFKC", text).strip()
    match = _NUMBER.search(folded)
    if match is None or len(folded) > 64 or _NUMBER.search(folded, match.end()):
        return None
    before, after = folded[: match.start()], folded[match.end() :]
    if not all(may_stand_beside(mark) for mark in _AFFIX.findall(before + " " + after)):
        return None
    digits = _plain(match.group())
    if digits is None:
        return None
    negative = _is_negative(before, after)
    return -digits if negative and digits else digits


def _is_negative(before: str, after: str) -> bool:
    bracketed = before.strip().endswith("(") or before.strip().startswith("(")
    return (
        (bracketed and ")" in after)
        or any(sign in before for sign in _MINUS)
        or after.strip()[:1] in tuple(_MINUS)
    )


def _is_currency_mark(mark: str) -> bool:
    return mark in SIGNS or mark.casefold() in WORDS or mark.upper() in CODES


def _plain(digits: str) -> Decimal | None:
    compact = re.sub(r"[\s'’]", "", digits)
    if re.search(r"\s", digits) and not _groups_by_space(digits):
        return None
    try:
        return Decimal(_without_groups(compact))
    except InvalidOperation:
        return None


def _groups_by_space(digits: str) -> bool:
    """Blanks between groups of three; one may also stand behind the decimal mark, where a scan parts it from its cents."""
    mark = re.search(r"[.,]", digits)
    whole, cents = (digits[: mark.start()], digits[mark.end() :].lstrip()) if mark else (digits, "")
    if re.search(r"[\s.,]", cents):
        return False
    parts = re.split(r"\s+", whole)
    return 1 <= len(parts[0]) <= 3 and all(len(part) == 3 and part.isdigit() for part in parts[1:])


def _without_groups(compact: str) -> str:
    marks = [character for character in compact if character in ".,"]
    if not marks:
        return compact
    if len(set(marks)) == 2:
        decimal = "." if compact.rfind(".") > compact.rfind(",") else ","
        whole, _, cents = compact.rpartition(decimal)
        return "?" if decimal in whole else f"{_ungrouped(whole)}.{cents}"
    if len(marks) > 1:
        return _ungrouped(compact)
    head, tail = compact.split(marks[0])
    groups_thousands = len(tail) == 3 and 1 <= len(head) <= 3 and head.strip("0") != ""
    return head + tail if groups_thousands else f"{head or '0'}.{tail}"


def _ungrouped(whole: str) -> str:
    head, *groups = re.split(r"[.,]", whole)
    # 12,34,567 is how India groups.
    middle = {len(group) for group in groups[:-1]}
    is_grouped = len(groups[-1]) == 3 and (middle <= {3} or (middle == {2} and "," in whole))
    return head + "".join(groups) if head and is_grouped else "?"
