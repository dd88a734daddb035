"""Pictures as vendors check them: decodable, of the type they claim, within the caps."""

import base64
import binascii
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from tests.llm_loopback.exchange import Picture, Refused

MAX_EDGE = 8000
MAX_EDGE_OF_MANY = 2000
MANY = 20
MAX_PICTURES = 600
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}


def decoded(data: object, media_type: object, *, largest_edge: int | None, place: str) -> Picture:
    """`largest_edge`: what the model sees without scaling, where the caller asked for an error instead; else None."""
    if media_type not in _FORMATS:
        raise Refused(
            400, "invalid_request_error", f"{place}.media_type: Input should be a supported image type"
        )
    try:
        content = base64.b64decode(str(data), validate=True)
        with Image.open(BytesIO(content)) as opened:
            form, (width, height) = opened.format, opened.size
    except (binascii.Error, UnidentifiedImageError, OSError) as error:
        raise Refused(400, "invalid_request_error", f"{place}: Could not process image") from error
    if form != _FORMATS[str(media_type)]:
        raise Refused(
            400,
            "invalid_request_error",
            f"{place}: Image does not match the provided media type {media_type}",
        )
    if largest_edge and max(width, height) > largest_edge:
        raise Refused(
            400, "invalid_request_error", f"{place}: image is {width}x{height}, at most {largest_edge} fits"
        )
    return Picture(content, str(media_type), width, height)


def check_caps(pictures: list[Picture]) -> None:
    if len(pictures) > MAX_PICTURES:
        raise Refused(400, "invalid_request_error", f"Too many images: at most {MAX_PICTURES}")
    cap = MAX_EDGE_OF_MANY if len(pictures) > MANY else MAX_EDGE
    for picture in pictures:
        if max(picture.width, picture.height) > cap:
            raise Refused(
                400, "invalid_request_error", f"image dimensions exceed max allowed size: {cap} pixels"
            )
