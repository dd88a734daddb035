"""The words of a document's pages as its reading kept them in the file store."""

from collections.abc import Sequence

import orjson

from docflow.domain.concurrently import concurrently
from docflow.domain.errors import NotFound
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.reading import Page, TextSource, Word

_AT_ONCE = 8


def words_key(blob_key: str, page: int) -> str:
    return f"{blob_key}.words/{page}"


async def stored_pages(blobs: BlobStore, blob_key: str, numbers: Sequence[int]) -> tuple[Page, ...]:
    """Those of the pages that are kept, in the order asked for."""

    async def load(number: int) -> Page | None:
        try:
            return page_of(await blobs.get(words_key(blob_key, number)))
        except NotFound:
            return None

    pages = await concurrently(load, numbers, at_once=_AT_ONCE)
    return tuple(page for page in pages if page is not None)


def object_of(page: Page) -> bytes:
    """{"number", "width", "height", "rotation", "skew", "source", "words": [[text, x0, y0, x1, y1, confidence]]}"""
    words = [[word.text, *(round(x, 5) for x in word.box), round(word.confidence, 4)] for word in page.words]
    return orjson.dumps(
        {
            "number": page.number,
            "width": page.width,
            "height": page.height,
            "rotation": page.rotation,
            "skew": page.skew,
            "source": page.source.value,
            "words": words,
        }
    )


def page_of(stored: bytes) -> Page:
    """From its object in the file store."""
    kept = orjson.loads(stored)
    return Page(
        number=kept["number"],
        width=kept["width"],
        height=kept["height"],
        rotation=kept.get("rotation", 0),
        skew=kept.get("skew", 0.0),
        source=TextSource(kept["source"]),
        words=tuple(
            Word(text, (x0, y0, x1, y1), confidence) for text, x0, y0, x1, y1, confidence in kept["words"]
        ),
    )


def pose_of(page: Page) -> tuple[int, float]:
    """How its picture is turned and straightened so that its words' places fit; a text layer's fit as it is drawn."""
    return (page.rotation, page.skew) if page.source is TextSource.OCR else (0, 0.0)
