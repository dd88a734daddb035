"""A submission in each of its forms: multipart, JSON with base64, or the file itself as the body."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from docflow.domain.errors import PayloadTooLarge, Problem, UnsupportedMedia, UserError
from docflow.domain.file_types import HEAD_BYTES, sniff
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import IngestionSource
from docflow.features.submissions.door import SentFile, Submission, check_file_name
from docflow.runtime.settings import LimitSettings
from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from docflow_api.deps import parsed, read_json
from docflow_api.schemas.processes import ProcessIn

_FILE_FIELDS = ("files", "file")
_MAX_FIELDS = 50


class _Bytes(Protocol):
    """A file as it arrived: in memory, or spooled to disk by the form parser."""

    async def read(self, size: int = -1) -> bytes: ...

    async def seek(self, offset: int) -> None: ...


class _Memory:
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
class _Received:
    name: str
    declared: str
    size_bytes: int
    source: _Bytes


@asynccontextmanager
async def open_submission(request: Request, limits: LimitSettings) -> AsyncIterator[Submission]:
    """The files can be read until the block ends.

    Raises Malformed, UnsupportedMedia, PayloadTooLarge and the codes of a file that is refused at the door.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(
            max_files=limits.files_per_process + 1,
            max_fields=_MAX_FIELDS,
            max_part_size=limits.metadata_bytes + 4096,
        ) as form:
            yield await _from_form(form, limits)
    elif kind == "application/json" and "file_name" not in request.query_params:
        yield await _from_json(request, limits)
    elif "file_name" in request.query_params and kind:
        yield await _from_body(request, kind, limits)
    else:
        raise UnsupportedMedia("send multipart/form-data, application/json, or a file with ?file_name=")


async def _from_form(form: FormData, limits: LimitSettings) -> Submission:
    received = [
        _Received(part.filename or "", part.content_type or "", part.size or 0, part)
        for name, part in form.multi_items()
        if name in _FILE_FIELDS and isinstance(part, UploadFile)
    ]
    files = await _checked(received, limits)
    return Submission(
        files=files,
        process_type_id=_text(form, "process_type_id"),
        ingestion_source=_source(_text(form, "ingestion_source")),
        metadata=_metadata(_text(form, "metadata")),
        callback_url=_text(form, "callback_url"),
        external_id=_text(form, "external_id"),
    )


async def _from_json(request: Request, limits: LimitSettings) -> Submission:
    given = parsed(ProcessIn, await read_json(request))
    received = []
    for at, document in enumerate(given.documents):
        try:
            data = base64.b64decode(document.base64, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _bad(f"/documents/{at}/base64", "not base64") from error
        received.append(_Received(document.file_name, document.mime_type, len(data), _Memory(data)))
    return Submission(
        files=await _checked(received, limits),
        process_type_id=given.process_type_id,
        ingestion_source=given.ingestion_source,
        metadata=given.metadata,
        callback_url=given.callback_url,
        external_id=given.external_id,
    )


async def _from_body(request: Request, kind: str, limits: LimitSettings) -> Submission:
    query = request.query_params
    data = await request.body()
    received = _Received(query["file_name"], kind, len(data), _Memory(data))
    return Submission(
        files=await _checked([received], limits),
        process_type_id=query.get("process_type_id"),
        ingestion_source=_source(query.get("ingestion_source")),
        metadata=_metadata(query.get("metadata")),
        callback_url=query.get("callback_url"),
        external_id=query.get("external_id"),
    )


async def _checked(received: Sequence[_Received], limits: LimitSettings) -> list[SentFile]:
    if not received:
        raise _bad("/files", "at least one file")
    if len(received) > limits.files_per_process:
        raise PayloadTooLarge(f"a process takes at most {limits.files_per_process} files")
    return [await _sent(one, f"/files/{at}", limits) for at, one in enumerate(received)]


async def _sent(one: _Received, pointer: str, limits: LimitSettings) -> SentFile:
    check_file_name(one.name, pointer)
    if one.size_bytes > limits.file_bytes:
        raise PayloadTooLarge(
            f"a file is larger than the limit of {limits.file_bytes} bytes",
            code="file_too_large",
            problems=[Problem(pointer, "too large")],
        )
    source = one.source

    async def read() -> bytes:
        await source.seek(0)
        return await source.read()

    data = await read()
    mime_type = sniff(data[:HEAD_BYTES], one.name, one.declared)
    # hashlib lets go of the interpreter lock for large data, so the event loop goes on meanwhile.
    sha256 = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
    return SentFile(one.name, len(data), sha256, mime_type, read)


def _text(form: FormData, name: str) -> str | None:
    value = form.get(name)
    if isinstance(value, UploadFile):
        raise _bad(f"/{name}", "a field, not a file")
    return value or None


def _source(text: str | None) -> IngestionSource:
    if text is None:
        return IngestionSource.API
    try:
        return IngestionSource(text)
    except ValueError:
        known = ", ".join(source.value for source in IngestionSource)
        raise _bad("/ingestion_source", f"one of {known}") from None


def _metadata(text: str | None) -> JsonObject:
    if text is None:
        return {}
    try:
        data: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad("/metadata", "not valid JSON") from None
    if not isinstance(data, dict):
        raise _bad("/metadata", "must be a JSON object")
    return data


def _bad(pointer: str, message: str) -> UserError:
    return UserError(f"{pointer[1:]}: {message}", problems=[Problem(pointer, message)])
