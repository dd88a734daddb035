"""Text made comparable, and the hashed words that approved documents are remembered by."""

import re
import unicodedata
from zlib import crc32

#: Hashed words of a type. Several words share a place, so none can be told from its count.
BUCKETS = 4096
#: The beginning of a document says what it is; more would cost time and tell no more.
READ_CHARACTERS = 20_000
_WORD = re.compile(r"[a-z]{3,24}")


def folded(text: str) -> str:
    """Small letters without accents, everything else one blank; `ß` is `ss`."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join(kept.split())


def buckets_of(text: str) -> frozenset[int]:
    """The places of the distinct words at the beginning of a text; names of three letters and more, no numbers."""
    return frozenset(
        crc32(word.encode()) % BUCKETS for word in set(_WORD.findall(folded(text[:READ_CHARACTERS])))
    )
