"""VAT numbers of the European Union and its neighbours: shape by country, check digits where they are simple."""

import re
from collections.abc import Callable

_SHAPES = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CHE": r"\d{9}(?:MWST|TVA|IVA)?", "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}", "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "EU": r"\d{9}", "FI": r"\d{8}", "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "GB": r"(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})",
    "HR": r"\d{11}", "HU": r"\d{8}", "IE": r"(?:\d[A-Z0-9+*]\d{5}[A-Z]|\d{7}[A-W][A-I])", "IT": r"\d{11}",
    "LT": r"(?:\d{9}|\d{12})", "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}",
    "NO": r"\d{9}(?:MVA)?", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{10}01", "SI": r"\d{8}",
    "SK": r"\d{10}", "XI": r"\d{9}",
}  # fmt: skip
_SHAPE = {country: re.compile(shape) for country, shape in _SHAPES.items()}
# Each beginning by itself: "VAT No DE123456789" would be taken for a number of Norway's and be gone.
_ANYWHERE = re.compile(
    r"(?<![A-Z0-9])(?=((?:"
    + "|".join(country + r"[ \-.]{0,2}(?=[A-Z0-9])" for country in _SHAPES)
    + r")(?:[ \-.]?[A-Z0-9+*]){2,14}))"
)
# Norway's code is the word before most numbers: apart from its digits it counts with the letters that end a VAT number.
_WORD_NO = re.compile(r"NO[ \-.]+(?!.*MVA)")


def normal_vat(text: str) -> str:
    return re.sub(r"[^A-Z0-9+*]", "", text.upper())


def well_formed_vat(number: str) -> bool:
    """Whether the shape is that of the country it names; `number` without blanks."""
    country = "CHE" if number.startswith("CHE") else number[:2]
    shape = _SHAPE.get(country)
    return shape is not None and shape.fullmatch(number[len(country) :]) is not None


def valid_vat(number: str) -> bool | None:
    """Whether the check digits fit; None where this module knows no check for the country."""
    if not well_formed_vat(number):
        return False
    check = _CHECKS.get(number[:2])
    return check(number[2:]) if check else None


def parse_vat(text: str) -> str | None:
    """The VAT number a text names, a label allowed before it; None when it names none or several."""
    found = find_vats(text)
    return found[0] if len(set(found)) == 1 else None


def find_vats(text: str) -> list[str]:
    """All numbers shaped like a VAT number of their country, longest reading first."""
    found = []
    for match in _ANYWHERE.finditer(text.upper()):
        pieces = "" if _WORD_NO.match(match[1]) else match[1]
        while len(pieces) > 3:
            number = normal_vat(pieces)
            if well_formed_vat(number):
                found.append(number)
                break
            pieces = pieces[:-1]
            if (
                not re.search(r"[ \-.]", match[1][len(pieces) :])
                and match[1][len(pieces) : len(pieces) + 1].isalnum()
            ):
                break
    return found


def _german(digits: str) -> bool:
    """ISO 7064 MOD 11,10."""
    product = 10
    for digit in digits[:8]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(digits[8])


def _austrian(digits: str) -> bool:
    figures = [int(digit) for digit in digits[1:]]
    doubled = sum(sum(divmod(2 * figure, 10)) for figure in figures[1:6:2])
    return (96 - sum(figures[0:7:2]) - doubled) % 10 == figures[7]


def _belgian(digits: str) -> bool:
    return 97 - int(digits[:8]) % 97 == int(digits[8:])


def _french(digits: str) -> bool:
    if not digits.isdigit():
        return True
    return (12 + 3 * (int(digits[2:]) % 97)) % 97 == int(digits[:2])


def _italian(digits: str) -> bool:
    return luhn(digits)


def _dutch(digits: str) -> bool:
    weighted = sum(int(d) * weight for d, weight in zip(digits[:8], range(9, 1, -1), strict=True))
    old = weighted % 11 == int(digits[8])
    return old or int("".join(str(int(c, 36)) for c in "NL" + digits)) % 97 == 1


def _luxembourgish(digits: str) -> bool:
    return int(digits[:6]) % 89 == int(digits[6:])


def _danish(digits: str) -> bool:
    return sum(int(d) * w for d, w in zip(digits, (2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0


def _polish(digits: str) -> bool:
    weights = (6, 5, 7, 2, 3, 4, 5, 6, 7)
    return sum(int(d) * w for d, w in zip(digits[:9], weights, strict=True)) % 11 == int(digits[9])


def _portuguese(digits: str) -> bool:
    weighted = sum(int(d) * w for d, w in zip(digits[:8], range(9, 1, -1), strict=True))
    rest = 11 - weighted % 11
    return (0 if rest >= 10 else rest) == int(digits[8])


def luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812, used by Italian VAT numbers and payment cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        figure = int(digit) * (2 if place % 2 else 1)
        total += figure - 9 if figure > 9 else figure
    return total % 10 == 0


_CHECKS: dict[str, Callable[[str], bool]] = {
    "DE": _german, "AT": _austrian, "BE": _belgian, "FR": _french, "IT": _italian, "NL": _dutch,
    "LU": _luxembourgish, "DK": _danish, "PL": _polish, "PT": _portuguese,
}  # fmt: skip
