"""Files as they arrive, checked before anything is stored."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Protocol

from docflow.domain.errors import PayloadTooLarge, Problem, UserError
from docflow.domain.file_types import sniff
from docflow.features.submissions.door import SentFile, check_file_name
from docflow.runtime.settings import LimitSettings


class Source(Protocol):
    """A file's bytes: in memory, or spooled to disk."""

    async def read(self, size: int = -1) -> bytes: ...

    async def seek(self, offset: int) -> None: ...


class Memory:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    async def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size < 0 else self._at + size
        part = self._data[self._at : end]
        self._at += len(part)
        return part

    async def seek(self, offset: int) -> None:
        self._at = offset


@dataclass(frozen=True, slots=True)
class Received:
    """`declared` is the type that somebody said it has; empty = nobody did."""

    name: str
    declared: str
    size_bytes: int
    source: Source


async def sent_file(one: Received, pointer: str, limits: LimitSettings) -> SentFile:
    """Raises PayloadTooLarge and the codes of a file that is refused at the door, pointing at `pointer`."""
    check_file_name(one.name, pointer)
    if one.size_bytes > limits.file_bytes:
        raise file_too_large(limits, pointer)
    source = one.source

    async def read() -> bytes:
        await source.seek(0)
        return await source.read()

    data = await read()
    mime_type = sniff(data, one.name, one.declared)
    # hashlib lets go of the interpreter lock for large data, so the event loop goes on meanwhile.
    sha256 = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
    return SentFile(one.name, len(data), sha256, mime_type, read)


def check_count(number: int, limits: LimitSettings) -> None:
    if number == 0:
        raise bad("/files", "at least one file")
    if number > limits.files_per_process:
        raise PayloadTooLarge(f"a process takes at most {limits.files_per_process} files")


def file_too_large(limits: LimitSettings, pointer: str) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"a file is larger than the limit of {limits.file_bytes} bytes",
        code="file_too_large",
        problems=[Problem(pointer, "too large")],
    )


def bad(pointer: str, message: str) -> UserError:
    return UserError(f"{pointer[1:]}: {message}", problems=[Problem(pointer, message)])
