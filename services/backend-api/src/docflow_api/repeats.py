"""A POST that makes something, safe to repeat with its Idempotency-Key."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from docflow.db.json_text import json_bytes
from docflow.domain.json_types import JsonObject
from docflow.features.idempotency import service as idempotency
from docflow.features.idempotency.service import KeyedRequest, StoredAnswer
from fastapi import Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.answers import json_answer
from docflow_api.deps import Gateway

TheKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]

MADE_HEADERS = {
    "Location": {"schema": {"type": "string"}, "description": "What was made"},
    "ETag": {"schema": {"type": "string"}, "description": "Its version, for `If-Match`"},
    "Idempotent-Replayed": {"schema": {"type": "string"}, "description": "`true` for a stored answer"},
}


def made(
    location: str, tag: dict[str, str], body: BaseModel, shown_once: JsonObject | None = None
) -> StoredAnswer:
    return StoredAnswer(201, {"Location": location, **tag}, body.model_dump(mode="json"), shown_once or {})


def keyed_request(
    gateway: Gateway, request: Request, client_id: UUID | None, content: BaseModel | None, key: str | None
) -> KeyedRequest | None:
    """The route with its ids, and what was sent: fields, never the transport's bytes.

    They are hashed with a key of ours: there may be a password among them, which nobody shall guess from the row.
    """
    if key is None:
        return None
    sent = content.model_dump(mode="json", exclude_unset=True) if content else None
    secret = gateway.container.settings.auth.secret
    assert secret is not None
    ours = secret.get_secret_value().encode()
    digest = hmac.new(ours, json_bytes(sent, sort_keys=True), hashlib.sha256).digest()
    return KeyedRequest(client_id, f"{request.method} {request.url.path}", key, digest)


async def once(
    gateway: Gateway,
    session: AsyncSession,
    keyed: KeyedRequest | None,
    make: Callable[[], Awaitable[StoredAnswer]],
) -> Response:
    """The answer kept under the key, else the one that `make` gives, kept in the same transaction."""
    known = await idempotency.claim(session, keyed, gateway.now()) if keyed else None
    if known is not None:
        return replayed(known)
    answer = await make()
    if keyed is not None:
        await idempotency.keep(session, keyed, answer)
    return json_answer({**answer.body, **answer.shown_once}, answer.status_code, answer.headers)


def replayed(known: StoredAnswer) -> Response:
    return json_answer(known.body, known.status_code, {**known.headers, "Idempotent-Replayed": "true"})
