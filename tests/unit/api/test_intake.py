"""A file that is the whole body is put aside as it comes: of a large one little is in memory at a time."""

import tracemalloc
from typing import Any, cast

from docflow.domain.ids import new_id
from docflow.runtime.settings import LimitSettings, Settings
from docflow_api.deps import Gateway
from docflow_api.intake import open_submission
from fastapi import Request
from starlette.types import Message

PIECE = b"a line of plain text that is read as such\n" * 25_000
PIECES = 40


class _Container:
    settings = Settings(_env_file=None, limits=LimitSettings(body_bytes=100_000_000, file_bytes=100_000_000))


class _Gateway:
    container = _Container()


def sent(pieces: int) -> Request:
    left = pieces

    async def receive() -> Message:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": bytes(PIECE), "more_body": left > 0}

    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/v1/processes",
        "query_string": b"file_name=long.txt&process_type_id=x",
        "headers": [(b"content-type", b"text/plain")],
    }
    return Request(scope, receive)


async def test_a_large_file_as_the_body_is_not_held_in_memory() -> None:
    tracemalloc.start()
    try:
        async with open_submission(sent(PIECES), cast("Gateway", _Gateway()), new_id()) as given:
            (file,) = given.files
            _, peak = tracemalloc.get_traced_memory()
            assert file.size_bytes == PIECES * len(PIECE)
            assert (await file.read())[-len(PIECE) :] == PIECE
    finally:
        tracemalloc.stop()
    assert peak < PIECES * len(PIECE) / 2
