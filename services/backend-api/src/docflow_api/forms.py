"""A multipart form whose small files stay as they arrived: no piece is copied into a buffer that grows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import BinaryIO

from docflow.domain.errors import StorageFull
from docflow.runtime.settings import LimitSettings
from fastapi import HTTPException, Request
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from docflow_api.received import Memory
from docflow_api.spool import IN_MEMORY

_MAX_FIELDS = 50
_BESIDE_METADATA = 4096
"""What a field may have over the limit of metadata, so that metadata is refused with its own words."""


class SentPart(UploadFile):
    """A file of a form: its pieces while they are IN_MEMORY together, else in `file`, on disk.

    Written to its end, then read, each time after a `seek`. Raises StorageFull when the disk has no room for it.
    """

    def __init__(self, file: BinaryIO, filename: str | None, headers: Headers) -> None:
        super().__init__(file, size=0, filename=filename, headers=headers)
        self._pieces: list[bytes] = []
        self._whole: Memory | None = None
        self._on_disk = False

    async def write(self, data: bytes) -> None:
        self.size = (self.size or 0) + len(data)
        self._pieces.append(data)
        if self._on_disk or self.size > IN_MEMORY:
            self._on_disk = True
            await self._put_aside(b"".join(self._pieces))
            self._pieces.clear()

    async def _put_aside(self, data: bytes) -> None:
        try:
            await asyncio.to_thread(self.file.write, data)
        except OSError as error:
            raise StorageFull("there is no room for what arrives", after_s=30) from error

    async def read(self, size: int = -1) -> bytes:
        return await (self._whole.read(size) if self._whole else super().read(size))

    async def seek(self, offset: int) -> None:
        if self._on_disk:
            await super().seek(offset)
            return
        if self._whole is None:
            self._whole = Memory(b"".join(self._pieces))
            self._pieces.clear()
        await self._whole.seek(offset)

    async def close(self) -> None:
        self._pieces.clear()
        self._whole = None
        await super().close()


class _Parser(MultiPartParser):
    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        part = self._current_part
        if part.file is not None:
            part.file = SentPart(part.file.file, part.file.filename, part.file.headers)


@asynccontextmanager
async def sent_form(request: Request, limits: LimitSettings) -> AsyncIterator[FormData]:
    """Its files can be read until the block ends. Raises HTTPException 400 for what is no such form or has too many parts."""
    try:
        async with aclosing(request.stream()) as stream:
            form = await _Parser(
                request.headers,
                stream,
                max_files=limits.files_per_process + 1,
                max_fields=_MAX_FIELDS,
                max_part_size=limits.metadata_bytes + _BESIDE_METADATA,
            ).parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from error
    try:
        yield form
    finally:
        await form.close()
