"""A fingerprint of what a page looks like: scans of one paper have nearly the same, however often they are compressed."""

import io
import math
from functools import cache
from typing import TYPE_CHECKING

from docflow.domain import file_types
from docflow.domain.errors import PermanentError
from PIL import Image, UnidentifiedImageError

from docflow_ocr.pages import images, pdf
from docflow_ocr.pages.inspection import FileLimits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 64
LOW = 16
#: Enough for 64 x 64 points of it, whatever the file holds.
PIXELS = 250_000


def picture_hash(data: bytes, mime_type: str, limits: FileLimits) -> bytes | None:
    """256 bits of the first page; None for files without pages to draw, and for an empty page."""
    if mime_type == file_types.PDF:
        picture = pdf.draw(data, 1, PIXELS)
    elif mime_type in file_types.IMAGES:
        picture = images.draw(data, 1, limits.image_pixels, PIXELS)
    else:
        return None
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            return hash_of(opened)
    except UnidentifiedImageError:
        raise PermanentError("the picture of a page cannot be read", code="file_corrupt") from None


def hash_of(picture: Image.Image) -> bytes | None:
    """Signs of the 16 x 16 slowest waves of a 64 x 64 picture against their median (a DCT-II, type pHash)."""
    import numpy as np

    small = picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    points = np.asarray(small, dtype=np.float64)
    if float(np.ptp(points)) < 8:
        return None
    waves = _waves()
    low = waves @ points @ waves.T
    # The first one is the brightness of the whole.
    return np.packbits(low.ravel() > np.median(low.ravel()[1:])).tobytes()


@cache
def _waves() -> "NDArray[np.float64]":
    import numpy as np

    wave, point = np.arange(LOW)[:, None], np.arange(SIDE)[None, :]
    cosines: NDArray[np.float64] = np.cos(math.pi * wave * (2 * point + 1) / (2 * SIDE))
    return cosines
