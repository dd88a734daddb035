"""A submission in each of its forms: multipart, JSON that names its files, or the file itself as the body."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
from docflow.domain.errors import UnsupportedMedia
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import IngestionSource
from docflow.features.submissions.door import Submission
from docflow.runtime.settings import LimitSettings
from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from docflow_api.deps import Gateway, parsed, read_json
from docflow_api.edge import too_large
from docflow_api.forms import sent_form
from docflow_api.received import Received, bad, check_count, sent_file
from docflow_api.schemas.processes import ProcessIn
from docflow_api.sources import FileSources, Sources
from docflow_api.spool import Spooled, spooled

_FILE_FIELDS = ("files", "file")


@asynccontextmanager
async def open_submission(request: Request, gateway: Gateway, client_id: UUID) -> AsyncIterator[Submission]:
    """The files can be read until the block ends.

    Raises Malformed, UnsupportedMedia, PayloadTooLarge and the codes of a file that is refused at the door.
    """
    limits = gateway.container.settings.limits
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with sent_form(request, limits) as form:
            yield await _from_form(form, limits)
    elif kind == "application/json" and "file_name" not in request.query_params:
        given = parsed(ProcessIn, await read_json(request))
        async with AsyncExitStack() as stack:
            yield await submission_of(given, Sources(gateway, client_id, stack), limits)
    elif "file_name" in request.query_params and kind:
        async with spooled(request, limits.body_bytes, lambda: too_large(limits.body_bytes)) as body:
            yield await _from_body(request, kind, body, limits)
    else:
        raise UnsupportedMedia("send multipart/form-data, application/json, or a file with ?file_name=")


async def _from_form(form: FormData, limits: LimitSettings) -> Submission:
    received = [
        Received(part.filename or "", part.content_type or "", part.size or 0, part)
        for name, part in form.multi_items()
        if name in _FILE_FIELDS and isinstance(part, UploadFile)
    ]
    check_count(len(received), limits)
    files = [await sent_file(one, f"/files/{at}", limits) for at, one in enumerate(received)]
    return Submission(
        files=files,
        process_type_id=_text(form, "process_type_id"),
        ingestion_source=_source(_text(form, "ingestion_source")),
        metadata=_metadata(_text(form, "metadata")),
        callback_url=_text(form, "callback_url"),
        external_id=_text(form, "external_id"),
    )


async def submission_of(given: ProcessIn, sources: FileSources, limits: LimitSettings) -> Submission:
    """What a JSON body asks for."""
    check_count(len(given.documents), limits)
    files = [
        await sources.file_of(document, f"/documents/{at}") for at, document in enumerate(given.documents)
    ]
    return Submission(
        files=files,
        process_type_id=given.process_type_id,
        ingestion_source=given.ingestion_source,
        metadata=given.metadata,
        callback_url=given.callback_url,
        external_id=given.external_id,
    )


async def _from_body(request: Request, kind: str, body: Spooled, limits: LimitSettings) -> Submission:
    query = request.query_params
    received = Received(query["file_name"], kind, body.size_bytes, body.file)
    return Submission(
        files=[await sent_file(received, "/files/0", limits)],
        process_type_id=query.get("process_type_id"),
        ingestion_source=_source(query.get("ingestion_source")),
        metadata=_metadata(query.get("metadata")),
        callback_url=query.get("callback_url"),
        external_id=query.get("external_id"),
    )


def _text(form: FormData, name: str) -> str | None:
    value = form.get(name)
    if isinstance(value, UploadFile):
        raise bad(f"/{name}", "a field, not a file")
    return value or None


def _source(text: str | None) -> IngestionSource:
    if text is None:
        return IngestionSource.API
    try:
        return IngestionSource(text)
    except ValueError:
        known = ", ".join(source.value for source in IngestionSource)
        raise bad("/ingestion_source", f"one of {known}") from None


def _metadata(text: str | None) -> JsonObject:
    if text is None:
        return {}
    try:
        data: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad("/metadata", "not valid JSON") from None
    if not isinstance(data, dict):
        raise bad("/metadata", "must be a JSON object")
    return data
