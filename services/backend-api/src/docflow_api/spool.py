"""A body that may be large, put aside piece by piece instead of held in memory."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from docflow.domain.errors import DocflowError, StorageFull
from fastapi import Request
from starlette.datastructures import UploadFile

IN_MEMORY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Spooled:
    """Rewound to its start; on disk when it is larger than IN_MEMORY."""

    file: UploadFile
    size_bytes: int


def temporary_file() -> UploadFile:
    """In memory while it is small. Close it: with that it is gone."""
    return UploadFile(cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY)), size=0)


async def put_aside(file: UploadFile, part: bytes) -> None:
    """Raises StorageFull when the disk has no room for it."""
    try:
        await file.write(part)
    except OSError as error:
        raise StorageFull("there is no room for what arrives", after_s=30) from error


@asynccontextmanager
async def spooled(
    request: Request, limit: int, too_large: Callable[[], DocflowError]
) -> AsyncIterator[Spooled]:
    """The body until the block ends. Raises what `too_large` makes as soon as more than `limit` bytes have come."""
    size = 0
    file = temporary_file()
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise too_large()
            await put_aside(file, part)
        await file.seek(0)
        yield Spooled(file, size)
    finally:
        await file.close()
