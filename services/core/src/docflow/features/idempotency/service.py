"""A POST that is repeated with its key gets the answer of the first, written in that one's own transaction."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.errors import Conflict, UserError
from docflow.domain.json_types import JsonObject
from docflow.features.idempotency.models import IdempotencyKey, PlatformAnswer

KEPT = timedelta(hours=24)
WAIT_S = 5
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """`shown_once` stands beside `body` in the first answer and is never stored: a key, a secret, a token."""

    status_code: int
    headers: JsonObject
    body: JsonObject
    shown_once: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """`content_hash` is SHA-256 over what the caller sent: fields and file contents, never transport bytes.

    `client_id` None = a platform administrator's, in a session that is bound to no client.
    """

    client_id: UUID | None
    route: str
    key: str
    content_hash: bytes


async def claim(session: AsyncSession, request: KeyedRequest, at: datetime) -> StoredAnswer | None:
    """None: the key is ours in this transaction. Else the stored answer.

    While another transaction holds the key, waits up to 5 s. Raises UserError `idempotency_key_reused` for other
    content and Conflict `idempotency_in_flight` when the first is still at work.
    """
    await session.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
    table = _table(request)
    # A client's old answers are swept; the platform's few go whenever one is asked for.
    mine = _row(request) if request.client_id is not None else ()
    await session.execute(delete(table).where(*mine, table.expires_at <= at))
    new = insert(table).values(
        **_place(request),
        content_hash=request.content_hash,
        expires_at=at + KEPT,
    )
    try:
        made = await session.execute(new.on_conflict_do_nothing().returning(table.key))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise Conflict(
                "the first request with this key is still at work", code="idempotency_in_flight"
            ) from error
        raise
    if made.first() is not None:
        await session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
        return None
    return await stored(session, request, at)


async def stored(session: AsyncSession, request: KeyedRequest, at: datetime) -> StoredAnswer | None:
    """The answer kept under the key, if there is one that is not older than 24 h, swept or not.

    Raises `idempotency_key_reused` for other content."""
    table = _table(request)
    row: IdempotencyKey | PlatformAnswer | None = await session.scalar(
        select(table).where(*_row(request), table.status_code.is_not(None), table.expires_at > at)
    )
    if row is None or row.status_code is None:
        return None
    if bytes(row.content_hash) != request.content_hash:
        raise UserError("this key was used with other content", code="idempotency_key_reused")
    return StoredAnswer(row.status_code, row.headers or {}, row.body or {})


async def keep(session: AsyncSession, request: KeyedRequest, answer: StoredAnswer) -> None:
    kept = {
        "status_code": answer.status_code,
        "headers": dict(answer.headers),
        "body": dict(answer.body),
    }
    if request.client_id is not None:
        kept["process_id"] = answer.body.get("process_id")
    await session.execute(update(_table(request)).where(*_row(request)).values(kept))


def _table(request: KeyedRequest) -> type[IdempotencyKey] | type[PlatformAnswer]:
    return PlatformAnswer if request.client_id is None else IdempotencyKey


def _place(request: KeyedRequest) -> dict[str, object]:
    whose = {} if request.client_id is None else {"client_id": request.client_id}
    return {**whose, "route": request.route, "key": request.key}


def _row(request: KeyedRequest) -> tuple[ColumnElement[bool], ...]:
    table = _table(request)
    return tuple(getattr(table, name) == value for name, value in _place(request).items())
