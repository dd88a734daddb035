"""Under what an answer is kept: everything that shapes it, and nothing else. Similar is not the same."""

import asyncio
import hashlib
from collections.abc import Sequence

import orjson

from docflow.domain.model_table import ModelName
from docflow.domain.ports.llm import CompletionRequest

#: Raised when what is made of an answer changes.
VERSION = 1
#: More than this is hashed beside the event loop.
_LARGE_BYTES = 256 * 1024


async def cache_keys(request: CompletionRequest, models: Sequence[ModelName]) -> list[bytes]:
    """One for each model."""
    images = sum(len(part.image.data) for part in request.parts if part.image)
    if images + sum(len(part.text) for part in request.parts) > _LARGE_BYTES:
        return await asyncio.to_thread(_keys, request, models)
    return _keys(request, models)


def _keys(request: CompletionRequest, models: Sequence[ModelName]) -> list[bytes]:
    shaping = {
        "version": VERSION,
        "client_id": str(request.client_id),
        "task": request.task.value,
        "prompt_id": str(request.prompt_id),
        "system": request.system,
        "instructions": request.instructions,
        "wire_schema": request.wire_schema,
        "examples": [
            {"text": example.text, "answer": example.answer, "example_id": example.example_id}
            for example in request.examples
        ],
        "effort": request.effort.value,
        "parts": [
            [part.number, _hash(part.text.encode()), _hash(part.image.data) if part.image else None]
            for part in request.parts
        ],
    }
    first = hashlib.sha256(orjson.dumps(shaping, option=orjson.OPT_SORT_KEYS))
    keys = []
    for model in models:
        whole = first.copy()
        whole.update(str(model).encode())
        keys.append(whole.digest())
    return keys


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
