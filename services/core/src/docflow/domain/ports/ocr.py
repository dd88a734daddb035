from typing import Protocol

from docflow.domain.reading import ReadPicture


class OcrEngine(Protocol):
    """Reads one page image. Lives in a child process: synchronous on purpose."""

    name: str

    def read(self, image: bytes) -> ReadPicture:
        """The words of an encoded image (PNG, JPEG), boxes in fractions of that image made upright."""


class PageEngine(Protocol):
    """Reads a picture in a program of its own, away from the event loop and from our children."""

    name: str

    async def read(self, image: bytes) -> ReadPicture:
        """The words of an encoded picture that stands upright. Raises a DocflowError when it cannot."""
