"""Sizes before anything is sent: tokens by formula, and what vendors take of pictures."""

import math

import orjson

from docflow.adapters.llm.layout import example_texts
from docflow.domain.ports.llm import CompletionRequest, Part, Trouble, VendorRefusal

#: Plain English has 4 to 5 bytes a token; digits and other alphabets fewer. Meant to lie below all of them.
BYTES_PER_TOKEN = 2.5
#: Of the form around the words: roles, marks, the schema's compiled instructions.
FRAME_TOKENS = 500
PIXELS_PER_TOKEN_EDGE = 28

MAX_IMAGES = 600
MANY_IMAGES = 20
MAX_EDGE = 8_000
MAX_EDGE_OF_MANY = 2_000
#: 32 MB are taken; the rest of the request and its escaping need some of it.
MAX_IMAGE_BYTES = 30 * 1024 * 1024


def prompt_tokens(request: CompletionRequest) -> int:
    """An upper bound for documents of our kinds, without asking anyone."""
    texts = [request.system, request.instructions]
    texts += [text for example in request.examples for text in example_texts(example)]
    texts += [part.text for part in request.parts]
    written = sum(len(text.encode()) for text in texts) + len(orjson.dumps(request.wire_schema))
    return FRAME_TOKENS + math.ceil(written / BYTES_PER_TOKEN) + sum(map(picture_tokens, request.parts))


def picture_tokens(part: Part) -> int:
    if part.image is None:
        return 0
    edge = PIXELS_PER_TOKEN_EDGE
    return math.ceil(part.image.width / edge) * math.ceil(part.image.height / edge)


def check_pictures(request: CompletionRequest, provider: str, *, edge: int = MAX_EDGE) -> None:
    """Raises VendorRefusal `llm_too_large` for what the vendor would refuse or, worse, scale down."""
    images = [part.image for part in request.parts if part.image is not None]
    largest = min(edge, MAX_EDGE_OF_MANY) if len(images) > MANY_IMAGES else edge
    encoded = sum(4 * math.ceil(len(image.data) / 3) for image in images)
    if (
        len(images) > MAX_IMAGES
        or encoded > MAX_IMAGE_BYTES
        or any(max(image.width, image.height) > largest for image in images)
    ):
        raise VendorRefusal(Trouble.TOO_LARGE, provider=provider)
