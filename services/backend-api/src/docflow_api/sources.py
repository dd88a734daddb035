"""The documents of a JSON body: written into it, lying at an address, or uploaded before."""

import asyncio
import base64
import binascii
import hashlib
import mimetypes
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from docflow.domain.errors import DocflowError, PayloadTooLarge, TransientError, UserError
from docflow.domain.ports.clock import Clock
from docflow.features.submissions.door import LaterFile, SentFile, check_file_name
from docflow.features.uploads.models import Upload
from docflow.runtime.container import Container
from docflow.runtime.settings import LimitSettings
from starlette.datastructures import UploadFile

from docflow_api.deps import Gateway
from docflow_api.received import Memory, Received, bad, file_too_large, sent_file
from docflow_api.schemas.processes import SentDocument
from docflow_api.spool import put_aside, temporary_file

FETCH_S = 30.0
"""For one file."""
FETCH_ALL_S = 60.0
"""For all files of one request: under what proxies wait for an answer, with room for the rest."""


class FileSources(Protocol):
    """Where the documents of a JSON body come from."""

    async def file_of(self, document: SentDocument, pointer: str) -> SentFile | LaterFile: ...


class FetchTime:
    """What is left of the time for calls to addresses; it runs from the first of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: float | None = None

    def left_s(self) -> float:
        """For the next file. Raises TransientError when all is used up."""
        now = self._clock.monotonic()
        if self._until is None:
            self._until = now + FETCH_ALL_S
        if now >= self._until:
            raise TransientError("the time for fetching files is used up", code="timeout")
        return min(FETCH_S, self._until - now)


class Sources:
    """For one submission of one client. What is fetched lies in temporary files until `stack` closes."""

    def __init__(
        self, gateway: Gateway, client_id: UUID, stack: AsyncExitStack, time: FetchTime | None = None
    ) -> None:
        self._container: Container = gateway.container
        self._uploads = gateway.uploads
        self._client_id = client_id
        self._stack = stack
        self._time = time or FetchTime(gateway.container.clock)
        self._left_bytes = self._limits.body_bytes

    @property
    def _limits(self) -> LimitSettings:
        return self._container.settings.limits

    async def file_of(self, document: SentDocument, pointer: str) -> SentFile | LaterFile:
        """Raises the codes of a file that is refused at the door; NotFound and Conflict for an upload."""
        if document.base64 is not None:
            return await self._decoded(document, document.base64, pointer)
        if document.upload_id is not None:
            return await self._uploaded(document, document.upload_id, pointer)
        assert document.url is not None
        return self._remote(document, document.url, pointer)

    async def _decoded(self, document: SentDocument, text: str, pointer: str) -> SentFile:
        try:
            data = await asyncio.to_thread(base64.b64decode, text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise bad(f"{pointer}/base64", "not base64") from error
        received = Received(document.file_name or "", document.mime_type, len(data), Memory(data))
        return await sent_file(received, pointer, self._limits)

    async def _uploaded(self, document: SentDocument, upload_id: UUID, pointer: str) -> LaterFile:
        async def open_it() -> SentFile:
            upload = await self._uploads.waiting(self._client_id, upload_id)
            if upload.file_size > self._limits.file_bytes:
                raise file_too_large(self._limits, pointer)
            return await self._opened(document, upload, pointer)

        return LaterFile(document.file_name or "", f"upload:{upload_id}", open_it)

    async def _opened(self, document: SentDocument, upload: Upload, pointer: str) -> SentFile:
        data = await self._uploads.content(upload)
        name, declared = document.file_name or upload.file_name, document.mime_type or upload.mime_type
        file = await sent_file(Received(name, declared, len(data), Memory(data)), pointer, self._limits)

        async def read() -> bytes:
            return await self._uploads.content(upload)

        # It lies in the store: not kept in memory while the other files are looked at.
        return replace(file, read=read, upload_id=upload.upload_id)

    def _remote(self, document: SentDocument, url: str, pointer: str) -> LaterFile:
        async def open_it() -> SentFile:
            return await self._fetched(document, url, pointer)

        identity = f"url:{hashlib.sha256(url.encode()).hexdigest()}"
        return LaterFile(document.file_name or "", identity, open_it)

    async def _fetched(self, document: SentDocument, url: str, pointer: str) -> SentFile:
        file = temporary_file()
        self._stack.push_async_callback(file.close)
        size_bytes = await self._fetch(url, pointer, file)
        named = document.file_name or _name_in(url)
        received = Received(named or "document", document.mime_type, size_bytes, file)
        sent = await sent_file(received, pointer, self._limits)
        return sent if named else replace(sent, file_name=f"document{_ending(sent.mime_type)}")

    async def _fetch(self, url: str, pointer: str, file: UploadFile) -> int:
        """Into the file, part by part. Returns the size in bytes."""
        size = 0

        async def take(part: bytes) -> None:
            nonlocal size
            size += len(part)
            self._left_bytes -= len(part)
            if size > self._limits.file_bytes:
                raise file_too_large(self._limits, pointer)
            if self._left_bytes < 0:
                raise PayloadTooLarge(f"all files together have at most {self._limits.body_bytes} bytes")
            await put_aside(file, part)

        try:
            answer = await self._container.egress.request(
                "GET",
                url,
                headers={"Accept": "*/*", "User-Agent": "docflow"},
                timeout_s=self._time.left_s(),
                take=take,
            )
        except TransientError as error:
            raise _unavailable(error.message, pointer) from error
        # A redirect is not followed: where it leads was not judged.
        if answer.status != 200:
            raise _unavailable(f"the address answered {answer.status}", pointer)
        return size


def _unavailable(message: str, pointer: str) -> UserError:
    error = bad(f"{pointer}/url", message)
    return UserError(error.message, code="source_unavailable", problems=error.problems)


def _name_in(url: str) -> str | None:
    """The last part of the path, where it can be a file's name."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    try:
        check_file_name(name, "")
    except DocflowError:
        return None
    return name


def _ending(mime_type: str) -> str:
    return mimetypes.guess_extension(mime_type) or ""
