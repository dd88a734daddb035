"""Files to send: from a path, from bytes, or from an open stream."""

import mimetypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

File: TypeAlias = "Path | tuple[str, bytes] | tuple[str, BinaryIO]"
"""A path, or a name with the bytes or an open binary stream, which is read from where it stands."""

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """`size_bytes` None = a stream that cannot tell; such a one can be sent once only."""

    name: str
    source: Path | bytes | BinaryIO
    size_bytes: int | None
    start: int = 0

    @classmethod
    def of(cls, file: File) -> "Upload":
        if isinstance(file, Path):
            return cls(file.name, file, file.stat().st_size)
        name, source = file
        if isinstance(source, bytes):
            return cls(name, source, len(source))
        if not source.seekable():
            return cls(name, source, None)
        start = source.tell()
        size = source.seek(0, os.SEEK_END) - start
        return cls(name, source, size, start)

    @property
    def repeatable(self) -> bool:
        return self.size_bytes is not None

    @property
    def mime_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """From its beginning. A stream of the caller's stays open."""
        if isinstance(self.source, Path):
            with self.source.open("rb") as stream:
                yield stream
        elif isinstance(self.source, bytes):
            yield BytesIO(self.source)
        elif self.repeatable:
            self.source.seek(self.start)
            yield cast("BinaryIO", _Rest(self.source, self.start))
        else:
            yield self.source


class _Rest(RawIOBase):
    """A stream from `start` on: whoever sends it begins by winding it back to 0."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self._stream = stream
        self._start = start

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        moved = self._stream.seek(offset + (self._start if whence == os.SEEK_SET else 0), whence)
        return moved - self._start

    def tell(self) -> int:
        return self._stream.tell() - self._start

    def seekable(self) -> bool:
        return True


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
