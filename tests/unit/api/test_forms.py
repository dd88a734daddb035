"""Files of a multipart form, in memory while they are small."""

import os
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager

import pytest
from docflow.runtime.settings import LimitSettings
from docflow_api.forms import sent_form
from docflow_api.spool import IN_MEMORY
from fastapi import HTTPException, Request
from starlette.datastructures import FormData, UploadFile
from starlette.types import Message

PIECE = 64 * 1024


def form_of(body: bytes) -> AbstractAsyncContextManager[FormData]:
    """What is read from a body that arrives in pieces."""
    pieces: Iterator[bytes] = iter([body[at : at + PIECE] for at in range(0, len(body), PIECE)])

    async def receive() -> Message:
        piece = next(pieces, b"")
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    headers = [(b"content-type", b"multipart/form-data; boundary=edge")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    return sent_form(request, LimitSettings())


def part(name: str, data: bytes, file_name: str | None = None) -> bytes:
    named = f'; filename="{file_name}"' if file_name else ""
    return f'--edge\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + data + b"\r\n"


def file_in(form: FormData) -> UploadFile:
    file = form["files"]
    assert isinstance(file, UploadFile)
    return file


@pytest.mark.parametrize("size", [0, 1, PIECE, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY])
async def test_a_file_of_any_size_is_read_as_it_was_sent_and_again(size: int) -> None:
    data = os.urandom(size)
    body = part("external_id", b"PO-7") + part("files", data, "scan.pdf") + b"--edge--\r\n"
    async with form_of(body) as form:
        file = file_in(form)
        assert (file.filename, file.size, form["external_id"]) == ("scan.pdf", size, "PO-7")
        assert await file.read() == data
        await file.seek(0)
        assert await file.read(100) + await file.read() == data


async def test_a_small_file_is_put_together_once() -> None:
    async with form_of(part("files", os.urandom(IN_MEMORY), "scan.pdf") + b"--edge--\r\n") as form:
        file = file_in(form)
        whole = await file.read()
        await file.seek(0)
        assert await file.read() is whole


async def test_a_large_file_is_gone_from_the_disk_with_its_form() -> None:
    async with form_of(part("files", os.urandom(2 * IN_MEMORY), "scan.pdf") + b"--edge--\r\n") as form:
        on_disk = file_in(form).file.fileno()
        os.fstat(on_disk)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(on_disk)


async def test_a_body_that_is_no_form_is_refused() -> None:
    with pytest.raises(HTTPException) as refused:
        async with form_of(b"--other\r\n"):
            pass
    assert refused.value.status_code == 400
