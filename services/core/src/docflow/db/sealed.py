"""Where sealed bytes stand, and how all of them come under another key."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Placeholder
from psycopg.types.json import Jsonb

from docflow.db.owner import owner_errors
from docflow.db.roles import ENGINE, OWNER, libpq_url
from docflow.domain.errors import PermanentError

BATCH = 200

Reseal = Callable[[bytes], bytes | None]
"""None = nothing to do. Raises PermanentError where none of the keys opens it."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """`named` = a JSON object of `{"sealed": text}` by name; else the column's bytes themselves."""

    table: str
    column: str
    key: tuple[str, ...]
    named: bool = False


SEALED = (
    SealedColumn("client_secrets", "value_sealed", ("client_id", "name")),
    SealedColumn("mails", "sealed", ("mail_id",)),
    SealedColumn("notification_channels", "target_sealed", ("channel_id",)),
    SealedColumn("platform_channels", "target_sealed", ("channel_id",)),
    SealedColumn("users", "totp_secret", ("user_id",)),
    SealedColumn("users", "totp_pending", ("user_id",)),
    SealedColumn("webhook_endpoints", "secret_sealed", ("endpoint_id",)),
    SealedColumn("webhook_endpoints", "old_secret_sealed", ("endpoint_id",)),
    SealedColumn("webhook_endpoints", "headers", ("endpoint_id",), named=True),
)
ANSWERS = SealedColumn("llm_cache", "answer_sealed", ("client_id", "cache_key"))
"""Of models; they may have keys of their own."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """Of one column: `changed` are under the first key now, `unreadable` no key opens."""

    looked_at: int = 0
    changed: int = 0
    unreadable: int = 0


async def reseal(
    url: str, resealed: Reseal, places: Sequence[SealedColumn] = SEALED
) -> Mapping[SealedColumn, Resealed]:
    """In small transactions, beside running services; a value that changes meanwhile is left to whoever changed it.

    `url` is docflow_owner's or one that may become it. Safe to repeat. Raises as `owner_errors` does.
    """
    totals = dict.fromkeys(places, Resealed())
    async with (
        owner_errors(),
        await psycopg.AsyncConnection.connect(libpq_url(url), autocommit=True) as connection,
    ):
        for client_id in (None, *await _clients(connection)):
            for place in places:
                async for done in _column(connection, client_id, place, resealed):
                    totals[place] = _sum(totals[place], done)
    return totals


async def _clients(connection: psycopg.AsyncConnection) -> Sequence[UUID]:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {ENGINE}")
        cursor = await connection.execute("SELECT client_id FROM clients ORDER BY client_id")
        return [row[0] for row in await cursor.fetchall()]


async def _column(
    connection: psycopg.AsyncConnection, client_id: UUID | None, place: SealedColumn, resealed: Reseal
) -> AsyncIterator[Resealed]:
    """Batch by batch. Without a client: the platform's own rows."""
    last: Sequence[object] | None = None
    while True:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {OWNER}")
            bound = str(client_id) if client_id else ""
            await connection.execute("SELECT set_config('app.current_client_id', %s, true)", (bound,))
            cursor = await connection.execute(_select(place, first=last is None), (*(last or ()), BATCH))
            rows = await cursor.fetchall()
            done = Resealed()
            for *key, value in rows:
                done = _sum(done, await _value(connection, place, key, value, resealed))
        yield done
        if len(rows) < BATCH:
            return
        last = rows[-1][:-1]


async def _value(
    connection: psycopg.AsyncConnection,
    place: SealedColumn,
    key: Sequence[object],
    old: Any,
    resealed: Reseal,
) -> Resealed:
    try:
        new = _named(old, resealed) if place.named else resealed(bytes(old))
    except PermanentError:
        return Resealed(1, 0, 1)
    if new is None:
        return Resealed(1)
    values = (Jsonb(new), *key, Jsonb(old)) if place.named else (new, *key, old)
    cursor = await connection.execute(_update(place), values)
    return Resealed(1, cursor.rowcount)


def _named(old: Mapping[str, Mapping[str, str]], resealed: Reseal) -> Mapping[str, object] | None:
    found = {name: resealed(value["sealed"].encode()) for name, value in old.items()}
    changed = {name: {"sealed": new.decode()} for name, new in found.items() if new is not None}
    return {**old, **changed} if changed else None


def _select(place: SealedColumn, *, first: bool) -> Composed:
    key, column = _names(place.key), Identifier(place.column)
    after = SQL("") if first else SQL(" AND ({}) > ({})").format(key, _places(place.key))
    return SQL("SELECT {}, {} FROM {} WHERE {} IS NOT NULL{} ORDER BY {} LIMIT %s").format(
        key, column, Identifier(place.table), column, after, key
    )


def _update(place: SealedColumn) -> Composed:
    return SQL("UPDATE {} SET {} = %s WHERE ({}) = ({}) AND {} = %s").format(
        Identifier(place.table),
        Identifier(place.column),
        _names(place.key),
        _places(place.key),
        Identifier(place.column),
    )


def _names(key: Sequence[str]) -> Composed:
    return SQL(", ").join(map(Identifier, key))


def _places(key: Sequence[str]) -> Composed:
    return SQL(", ").join(Placeholder() for _ in key)


def _sum(one: Resealed, other: Resealed) -> Resealed:
    return Resealed(
        one.looked_at + other.looked_at, one.changed + other.changed, one.unreadable + other.unreadable
    )
