"""What kind of value a field holds, and its canonical form by kind."""

import re
import unicodedata
from enum import StrEnum

from docflow.domain.json_types import JsonScalar
from docflow.domain.values.currency import parse_currency
from docflow.domain.values.dates import parse_date
from docflow.domain.values.iban import parse_iban
from docflow.domain.values.ids import parse_id
from docflow.domain.values.money import parse_amount, parse_quantity, parse_rate, plain
from docflow.domain.values.vat import parse_vat

# Tried at the start of a run alone: a long word without an @ would take quadratic time.
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\d[\d\s()./-]{5,}\d")
_LOOKALIKES = str.maketrans("OoIl|SsBZz", "0011155822")
_YES = frozenset({"yes", "true", "ja", "oui", "si", "sì", "sim", "x", "☒", "☑", "✓", "✔", "1"})
_NO = frozenset({"no", "false", "nein", "non", "não", "☐", "0"})


class FieldKind(StrEnum):
    """The kinds that `x-kind` in an output schema may name."""

    MONEY = "money"
    DATE = "date"
    ID = "id"
    IBAN = "iban"
    VAT_ID = "vat_id"
    PARTY = "party"
    ADDRESS = "address"
    CURRENCY = "currency"
    RATE = "rate"
    EMAIL = "email"
    PHONE = "phone"
    QUANTITY = "quantity"
    BOOLEAN = "boolean"
    TEXT = "text"

    @property
    def is_exact(self) -> bool:
        """Whether a value is found on a page by equality alone, never by likeness."""
        return self not in (FieldKind.PARTY, FieldKind.ADDRESS, FieldKind.TEXT)


def canonical(kind: FieldKind, text: str, *, day_first: bool = True) -> JsonScalar:
    """The canonical form of a value as printed; None when the text does not state one value of that kind."""
    match kind:
        case FieldKind.MONEY:
            amount = parse_amount(text)
            return None if amount is None else plain(amount)
        case FieldKind.RATE:
            amount = parse_rate(text)
            return None if amount is None else plain(amount)
        case FieldKind.QUANTITY:
            amount = parse_quantity(text)
            return None if amount is None else plain(amount)
        case FieldKind.DATE:
            day = parse_date(text, day_first=day_first)
            return None if day is None else day.isoformat()
        case FieldKind.ID:
            return parse_id(text)
        case FieldKind.IBAN:
            return parse_iban(text)
        case FieldKind.VAT_ID:
            return parse_vat(text)
        case FieldKind.CURRENCY:
            return parse_currency(text)
        case FieldKind.EMAIL:
            return found[0].lower() if (found := _EMAIL.search(text)) else None
        case FieldKind.PHONE:
            return found[0].strip() if (found := _PHONE.search(text)) else None
        case FieldKind.BOOLEAN:
            return _boolean(text)
        case FieldKind.PARTY | FieldKind.ADDRESS | FieldKind.TEXT:
            return one_line(text) or None


def one_line(text: str) -> str:
    """Text with its blanks and line breaks made single blanks, without marks at its ends."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip(" \t:;|,*")


def text_key(text: str) -> str:
    """What two spellings of one text share: letters and digits, folded."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def lookalike_key(text: str) -> str:
    """As `text_key`, with the characters that OCR confuses (O0, I1, S5, B8, Z2) made equal."""
    return text_key(text.translate(_LOOKALIKES))


def _boolean(text: str) -> bool | None:
    word = text.strip().casefold()
    if word in _YES:
        return True
    return False if word in _NO else None
