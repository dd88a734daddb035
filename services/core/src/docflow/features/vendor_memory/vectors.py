"""A document's look as a point: signed hashing of the character trigrams at its beginning."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from docflow.domain.lines import lines_of
from docflow.domain.reading import Page

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vector: TypeAlias = "NDArray[np.float32]"

PLACES = 512
#: The head of a document says who sent it; on receipts the head finds the vendor better than the whole text.
READ_CHARACTERS = 300
ALIKE = 0.6
"""Cosine from which two documents may be of the same vendor."""


def head_of(pages: Sequence[Page]) -> str:
    """The first characters of a document's text, as many as are looked at."""
    head = ""
    for page in pages:
        for line in lines_of(page):
            head += f"{line.text}\n"
            if len(head) >= READ_CHARACTERS:
                return head[:READ_CHARACTERS]
    return head


def vector_of(head: str) -> Vector:
    """Of unit length; all zeros for a text without a trigram. Nothing of the text can be read back."""
    import numpy as np

    text = f" {' '.join(head[:READ_CHARACTERS].casefold().split())} "
    vector = np.zeros(PLACES, dtype=np.float32)
    for start in range(len(text) - 2):
        hashed = crc32(text[start : start + 3].encode())
        vector[hashed % PLACES] += 1.0 if hashed & 0x8000_0000 else -1.0
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def packed(vector: Vector) -> bytes:
    """As it is stored: 512 halves, little endian."""
    return vector.astype("<f2").tobytes()


def unpacked(stored: Sequence[bytes]) -> "NDArray[np.float32]":
    """One row for each stored vector."""
    import numpy as np

    return np.frombuffer(b"".join(stored), dtype="<f2").reshape(-1, PLACES).astype(np.float32)
