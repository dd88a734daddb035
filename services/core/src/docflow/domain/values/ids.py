"""Identifiers as printed: numbers of invoices, customers, tax payers."""

import re
import unicodedata

_TRIM = " \t\r\n:;,#*|\"'"
_LOOKALIKES = str.maketrans("OoIl|SsBZz", "0011155822")


def parse_id(text: str) -> str | None:
    """The identifier without the marks around it; None when it is empty, too long or several words without a digit."""
    cleaned = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip(_TRIM).rstrip(".")
    cleaned = re.sub(r"^(?:no|nr|n°|nº|num)\b[.:]?\s*", "", cleaned, flags=re.IGNORECASE).strip(_TRIM)
    if not cleaned or len(cleaned) > 64:
        return None
    if not any(character.isalnum() for character in cleaned):
        return None
    if " " in cleaned and not any(character.isdigit() for character in cleaned):
        return None
    return cleaned


def id_key(text: str) -> str:
    """What two spellings of one identifier share: letters and digits, folded."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def lookalike_key(text: str) -> str:
    """As `id_key`, with the characters that OCR confuses (O0, I1, S5, B8, Z2) made equal."""
    return id_key(text.translate(_LOOKALIKES))
