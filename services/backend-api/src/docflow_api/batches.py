"""The processes of a batch, one after the other, however they were packed."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import orjson
from docflow.domain.errors import PayloadTooLarge, UnsupportedMedia, UserError
from docflow.features.submissions.door import LaterFile, SentFile, Submission
from docflow.runtime.settings import LimitSettings
from fastapi import Request

from docflow_api.deps import Gateway, parsed
from docflow_api.edge import too_large
from docflow_api.errors import Malformed
from docflow_api.intake import submission_of
from docflow_api.packages import Package
from docflow_api.received import Memory, Received, bad, sent_file
from docflow_api.schemas.batches import BatchManifest, PackedDocument, PackedProcessIn
from docflow_api.schemas.processes import ProcessIn, SentDocument
from docflow_api.sources import FetchTime, Sources
from docflow_api.spool import Spooled, spooled

NDJSON = "application/x-ndjson"
ZIP = ("application/zip", "application/x-zip-compressed")


class Batch:
    """`items` were counted, nothing else of them was looked at yet."""

    def __init__(self, gateway: Gateway, client_id: UUID) -> None:
        self._gateway = gateway
        self._client_id = client_id
        self._limits: LimitSettings = gateway.container.settings.limits

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncIterator["Items"]:
        """Raises Malformed, UnsupportedMedia, PayloadTooLarge and the codes of an unsafe ZIP, before any item."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != NDJSON and kind not in ZIP:
            raise UnsupportedMedia(f"send {NDJSON} or application/zip")
        async with spooled(
            request, self._limits.body_bytes, lambda: too_large(self._limits.body_bytes)
        ) as body:
            if kind == NDJSON:
                yield _Lines(self._gateway, self._client_id, body, await self._count_lines(body))
                return
            package = await asyncio.to_thread(
                Package,
                body.file.file,
                unpacked_bytes=self._limits.unpacked_bytes,
                file_bytes=self._limits.file_bytes,
            )
            try:
                manifest = await self._manifest(package)
                yield _Packed(self._gateway, self._client_id, package, manifest)
            finally:
                await asyncio.to_thread(package.close)

    async def _count_lines(self, body: Spooled) -> int:
        count = await asyncio.to_thread(lambda: sum(1 for line in body.file.file if line.strip()))
        await body.file.seek(0)
        self._check_count(count)
        return count

    async def _manifest(self, package: Package) -> BatchManifest:
        text = await asyncio.to_thread(package.manifest)
        try:
            given = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise Malformed("manifest.json is not valid JSON") from error
        manifest = parsed(BatchManifest, given)
        self._check_count(len(manifest.processes))
        return manifest

    def _check_count(self, count: int) -> None:
        if count == 0:
            raise Malformed("the batch is empty")
        if count > self._limits.batch_items:
            raise PayloadTooLarge(f"a batch takes at most {self._limits.batch_items} processes")


class Items(ABC):
    """The submissions of a batch in their order."""

    def __init__(self, gateway: Gateway, client_id: UUID, count: int) -> None:
        self.count = count
        self._gateway = gateway
        self._client_id = client_id
        self._limits: LimitSettings = gateway.container.settings.limits
        self._time = FetchTime(gateway.container.clock)

    @asynccontextmanager
    async def item(self, index: int) -> AsyncIterator[Submission]:
        """Call once for each index, from 0 on. The files can be read until the block ends."""
        async with AsyncExitStack() as stack:
            sources = Sources(self._gateway, self._client_id, stack, self._time)
            yield await self._submission(index, sources)

    @abstractmethod
    async def _submission(self, index: int, sources: Sources) -> Submission:
        """What the item at `index` hands in."""


class _Lines(Items):
    def __init__(self, gateway: Gateway, client_id: UUID, body: Spooled, count: int) -> None:
        super().__init__(gateway, client_id, count)
        self._file = body.file.file

    async def _submission(self, index: int, sources: Sources) -> Submission:
        # A line may hold files: neither reading nor parsing it belongs on the event loop.
        given = await asyncio.to_thread(self._next)
        return await submission_of(parsed(ProcessIn, given), sources, self._limits)

    def _next(self) -> object:
        line = next(line for line in self._file if line.strip())
        try:
            return orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise Malformed("the line is not valid JSON") from error


class _Packed(Items):
    def __init__(self, gateway: Gateway, client_id: UUID, package: Package, manifest: BatchManifest) -> None:
        super().__init__(gateway, client_id, len(manifest.processes))
        self._package = package
        self._manifest = manifest

    async def _submission(self, index: int, sources: Sources) -> Submission:
        given = parsed(PackedProcessIn, self._manifest.processes[index])
        return await submission_of(given, _WithPackage(sources, self._package, self._limits), self._limits)


class _WithPackage:
    def __init__(self, others: Sources, package: Package, limits: LimitSettings) -> None:
        self._others = others
        self._package = package
        self._limits = limits

    async def file_of(self, document: SentDocument, pointer: str) -> SentFile | LaterFile:
        if not isinstance(document, PackedDocument) or document.file is None:
            return await self._others.file_of(document, pointer)
        try:
            data = await asyncio.to_thread(self._package.read, document.file)
        except UserError as error:
            if error.code != "validation_failed":
                raise
            raise bad(f"{pointer}/file", error.message) from error
        name = document.file_name or document.file.rpartition("/")[2]
        received = Received(name, document.mime_type, len(data), Memory(data))
        return await sent_file(received, pointer, self._limits)
