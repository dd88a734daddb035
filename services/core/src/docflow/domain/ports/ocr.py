from typing import Protocol

from docflow.domain.reading import ReadPicture


class PageEngine(Protocol):
    """Reads a picture in a program of its own, away from the event loop and from our children."""

    name: str

    async def read(self, image: bytes) -> ReadPicture:
        """The words of an encoded picture that stands upright. Raises a DocflowError when it cannot."""
