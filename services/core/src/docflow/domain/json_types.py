"""What JSON can hold, for columns and messages."""

from collections.abc import Mapping
from typing import Any

JsonScalar = str | int | float | bool | None
# Recursive aliases cost pydantic and mypy more than they catch here.
JsonValue = Any
JsonObject = Mapping[str, JsonValue]


def clean_text(text: str) -> str:
    """Text that PostgreSQL stores in text and jsonb: no NUL, no lone surrogates."""
    text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
