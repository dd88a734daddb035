"""Identifiers as printed: numbers of invoices, customers, tax payers."""

import re
import unicodedata

_TRIM = " \t\r\n:;,#*|\"'"


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
