"""Pictures by Pillow, limits first."""

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from docflow.domain.errors import PermanentError
from PIL import Image, ImageOps, UnidentifiedImageError

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP")
#: A strip of more sides to one is no page; scaled down, nothing is left of its shorter side.
LONGEST_RATIO = 60
#: The OCR engine scales down to 1280 pixels; more than this only costs memory and time on the way.
OCR_SIDE_PIXELS = 2200


def check(data: bytes, pixel_limit: int, frame_limit: int) -> int:
    """The number of frames, the first one decoded whole. Raises PermanentError as `inspection.inspect` says."""
    with opened(data, pixel_limit) as image:
        frames = int(getattr(image, "n_frames", 1))
        if frames > frame_limit:
            raise PermanentError(f"the image has more than {frame_limit} pages", code="too_many_pages")
        image.load()
        return frames


def sizes(data: bytes, pixel_limit: int) -> list[tuple[int, int]]:
    """Width and height of every frame, in pixels, as it is looked at."""
    with opened(data, pixel_limit) as image:
        return [frame(image, number, pixel_limit).size for number in range(getattr(image, "n_frames", 1))]


def draw(data: bytes, number: int, pixel_limit: int, pixel_budget: int) -> bytes:
    """Frame `number` (from 1), turned as its camera says, as a JPEG of at most `pixel_budget` pixels."""
    with opened(data, pixel_limit) as image:
        flat = _on_white(frame(image, number - 1, pixel_limit))
        scale = min(
            1.0, OCR_SIDE_PIXELS / max(flat.size), math.sqrt(pixel_budget / max(1, flat.width * flat.height))
        )
        if scale < 1:
            flat = flat.resize((max(1, round(flat.width * scale)), max(1, round(flat.height * scale))))
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=92)
        return out.getvalue()


@contextmanager
def opened(data: bytes, pixel_limit: int) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            # Pillow warns of bombs and of odd metadata; our own limit is stricter and metadata is not used.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                _limit(image, pixel_limit)
                yield image
    except Image.DecompressionBombError:
        raise _too_large(pixel_limit) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise PermanentError("the image is damaged", code="file_corrupt") from None


def frame(image: Image.Image, index: int, pixel_limit: int) -> Image.Image:
    if index:
        image.seek(index)
        _limit(image, pixel_limit)
    return ImageOps.exif_transpose(image)


def _limit(image: Image.Image, pixel_limit: int) -> None:
    if image.width * image.height > pixel_limit:
        raise _too_large(pixel_limit)
    if max(image.size) > LONGEST_RATIO * max(1, min(image.size)) and max(image.size) > OCR_SIDE_PIXELS:
        raise PermanentError("the image is a strip without a readable width", code="image_too_large")


def _too_large(pixel_limit: int) -> PermanentError:
    return PermanentError(f"the image has more than {pixel_limit} pixels", code="image_too_large")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered).convert("RGB")
    return image.convert("RGB") if image.mode not in ("RGB", "L") else image
